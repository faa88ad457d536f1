// What the sender needs of the streaming service; tests give it a service of their own.
#pragma once

#include "common/snow/streaming_client.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace cdckit::snow_put {

class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;
  virtual snow::OpenedChannel open(const snow::PipeAddress& pipe, const std::string& channel) = 0;
  virtual std::string append(const snow::PipeAddress& pipe,
                             const std::string& channel,
                             const snow::AppendRequest& rows) = 0;
  virtual std::map<std::string, snow::ChannelStatus> status(
      const snow::PipeAddress& pipe, const std::vector<std::string>& channels) = 0;
  // How often the service could not be reached at all: it may have been started anew since.
  [[nodiscard]] virtual std::uint64_t outages() const noexcept = 0;
  // From any thread: a call that waits before it tries again gives up now.
  virtual void cancel() noexcept {}
};

class SnowTransport : public Transport {
 public:
  SnowTransport(const snow::ConnectionSettings& settings, snow::StreamingOptions options);
  void connect() { client_.connect(); }
  [[nodiscard]] std::uint64_t outages() const noexcept override { return outages_; }
  void cancel() noexcept override { cancelled_ = true; }
  snow::OpenedChannel open(const snow::PipeAddress& pipe, const std::string& channel) override {
    return client_.open(pipe, channel);
  }
  std::string append(const snow::PipeAddress& pipe,
                     const std::string& channel,
                     const snow::AppendRequest& rows) override {
    return client_.append(pipe, channel, rows);
  }
  std::map<std::string, snow::ChannelStatus> status(
      const snow::PipeAddress& pipe, const std::vector<std::string>& channels) override {
    return client_.status(pipe, channels);
  }

 private:
  std::uint64_t outages_ = 0;
  std::atomic<bool> cancelled_ = false;
  snow::StreamingClient client_;
};

}  // namespace cdckit::snow_put
