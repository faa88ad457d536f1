// A streaming service in memory with the sequencer rules of the real one; tests break it on
// purpose.
#pragma once

#include "common/compress/zstd.hpp"
#include "tools/snow-put/batch.hpp"
#include "tools/snow-put/transport.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace cdckit::snow_put {

struct FakeService {
  struct Channel {
    int client = -1;
    int row = 0;
    std::string committed;
    std::vector<std::string> rows;                              // committed bodies
    std::vector<std::pair<std::string, std::string>> accepted;  // token, body
    std::uint64_t errors = 0;
    std::string code = "SUCCESS";
  };
  std::map<std::string, Channel> channels;
  std::vector<snow::StreamFault> next_append_faults;  // thrown in turn
  bool commits = true;
  std::uint64_t outages = 0;
  std::mutex mutex;

  void commit(Channel& channel) {
    for (auto& [token, body] : channel.accepted) {
      channel.committed = token;
      channel.rows.push_back(body);
    }
    channel.accepted.clear();
  }
};

class FakeTransport : public Transport {
 public:
  explicit FakeTransport(FakeService& service) : service_(service) {}

  snow::OpenedChannel open(const snow::PipeAddress& /*pipe*/, const std::string& name) override {
    const std::scoped_lock lock(service_.mutex);
    FakeService::Channel& channel = service_.channels[name];
    channel.accepted.clear();  // what was not committed is lost
    ++channel.client;
    channel.row = 0;
    channel.code = "SUCCESS";
    return {token(channel), status_of(name, channel)};
  }

  std::string append(const snow::PipeAddress& /*pipe*/,
                     const std::string& name,
                     const snow::AppendRequest& rows) override {
    const std::scoped_lock lock(service_.mutex);
    if (!service_.next_append_faults.empty()) {
      const auto fault = service_.next_append_faults.front();
      service_.next_append_faults.erase(service_.next_append_faults.begin());
      throw snow::StreamError(fault, "broken on purpose", "");
    }
    FakeService::Channel& channel = service_.channels.at(name);
    if (std::stoi(std::string(rows.continuation_token)) != channel.client) {
      throw snow::StreamError(snow::StreamFault::taken_over, "stale", "");
    }
    if (rows.continuation_token == token(channel)) {
      channel.accepted.emplace_back(rows.end_token, compress::zstd_decompress(rows.body));
      ++channel.row;
    }
    return token(channel);
  }

  std::map<std::string, snow::ChannelStatus> status(
      const snow::PipeAddress& /*pipe*/, const std::vector<std::string>& names) override {
    const std::scoped_lock lock(service_.mutex);
    std::map<std::string, snow::ChannelStatus> out;
    for (const std::string& name : names) {
      const auto found = service_.channels.find(name);
      if (found == service_.channels.end()) continue;
      if (service_.commits) service_.commit(found->second);
      out[name] = status_of(name, found->second);
    }
    return out;
  }

  [[nodiscard]] std::uint64_t outages() const noexcept override { return service_.outages; }

 private:
  static std::string token(const FakeService::Channel& channel) {
    return std::to_string(channel.client) + "_" + std::to_string(channel.row);
  }
  static snow::ChannelStatus status_of(const std::string& name,
                                       const FakeService::Channel& channel) {
    return {.name = name,
            .code = channel.code,
            .committed_token = channel.committed,
            .rows_errors = channel.errors};
  }
  FakeService& service_;
};

inline BatchPointer make_batch(const std::string& token, const std::string& body = "{}\n") {
  auto batch = std::make_unique<Batch>();
  batch->body = body;
  batch->rows.push_back({1, {Origin::stream, {1, 1}}, 0, 0});
  batch->start_token = token;
  batch->end_token = token;
  return batch;
}

}  // namespace cdckit::snow_put
