// What the network thread does, step by step: a channel's machine says what to send, this sends it.
// One thread, all of it.
#pragma once

#include "tools/snow-put/send/network.hpp"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace cdckit::snow_put {

class Network::Loop {
 public:
  using Time = ChannelMachine::Time;

  Loop(Network& owner, http::MultiClient& client, snow::StreamingSession& session);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Sends what is due, waits, judges answers. Throws what ends everything.
  void step();

  void open(ChannelId id, const snow::PipeAddress& pipe, const std::string& name);
  void reopen(ChannelId id);
  void append(ChannelId id, BatchPointer batch);
  void release(ChannelId id);
  void forget(ChannelId id);

 private:
  struct Channel {
    snow::PipeAddress pipe;
    ChannelMachine machine;
    Pacer pacer;
    bool reopens = false;  // once it is empty
  };
  enum class Kind { open, append, status };
  struct Call {
    Kind kind = Kind::status;
    ChannelId channel = 0;         // open, append
    snow::PipeAddress pipe;        // status
    std::vector<ChannelId> asked;  // status
    std::string body;              // status
    std::uint64_t login = 0;       // which token it was sent with
  };
  struct Pipe {
    Time next_poll{};
    bool asking = false;
  };

  void send_wishes(Time now);
  bool send_wish(ChannelId id, Channel& channel, Time now);
  void send(Call call, http::Request request);
  void send_polls(Time now);
  void poll(const snow::PipeAddress& pipe, std::vector<ChannelId> asked);
  void finish(http::MultiClient::Finished& done, Time now);
  void finish_open(Channel& channel, ChannelId id, const http::Response& response, Time now);
  void finish_append(Channel& channel, const http::Response& response, Time now);
  void finish_status(const Call& call, const http::Response& response, Time now);
  void fail(const Call& call, const base::Error& error, Time now);
  [[nodiscard]] bool refused(const Call& call, const http::Response& response);
  void interrupt_all();
  void hand_over();
  void wake_by(Time time) noexcept { wake_at_ = std::min(wake_at_, time); }

  Network& owner_;
  http::MultiClient& client_;
  snow::StreamingSession& session_;
  std::map<ChannelId, std::unique_ptr<Channel>> channels_;
  std::map<snow::PipeAddress, Pipe> pipes_;
  std::map<http::MultiClient::Ticket, std::unique_ptr<Call>> calls_;
  News news_;
  Time wake_at_{};
  std::uint64_t login_ = 1;
  unsigned refusals_ = 0;  // of the login, in a row
};

}  // namespace cdckit::snow_put
