// The protocol of named channels: one append in flight, batches kept until the committed token has
// passed them, a channel that broke opened again and what is not committed sent again. One thread;
// knows no files, no SQL, no threads.
//
// Throws StreamError (69) when another writer took a channel, temporary when the service is gone
// or commits nothing for too long.
#pragma once

#include "common/compress/zstd.hpp"
#include "tools/snow-put/batch.hpp"
#include "tools/snow-put/transport.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace cdckit::snow_put {

using ChannelId = std::size_t;

// Batches of one channel that one status call found committed.
struct Committed {
  ChannelId channel = 0;
  std::vector<BatchPointer> batches;
  std::uint64_t row_errors = 0;  // among their rows
  std::string error_message;
};

class Sender {
 public:
  Sender(Transport& transport, std::chrono::milliseconds commit_patience);

  // The channel's state when it was opened: its token is where the rows go on.
  snow::ChannelStatus open(ChannelId id, const snow::PipeAddress& pipe, const std::string& name);
  // Returns when the service has accepted the batch; committed is another matter.
  void append(ChannelId id, BatchPointer batch);
  // Asks how far all channels are.
  std::vector<Committed> poll();
  // From now on another owner is expected (its partition was revoked).
  void release(ChannelId id);
  void forget(ChannelId id);
  [[nodiscard]] bool has_uncommitted() const noexcept;

 private:
  struct Channel {
    ChannelId id = 0;
    snow::PipeAddress pipe;
    std::string name;
    std::string continuation_token;
    std::string committed_token;
    std::uint64_t errors_seen = 0;
    std::uint64_t errors_carried = 0;  // counted before the batch they belong to was
    std::deque<BatchPointer> sent;
    std::deque<BatchPointer> settled;  // committed, not handed out yet
    int reopened = 0;                  // since the last progress
    bool released = false;
    std::uint64_t outages = 0;  // of the transport, when the channel was opened
    std::string error_message;
  };

  void compress(Batch& batch);
  void send(Channel& channel, Batch& batch);
  void reopen(Channel& channel, const base::Error& reason);
  void settle(Channel& channel, const snow::ChannelStatus& status);
  void check(Channel& channel, const std::map<std::string, snow::ChannelStatus>& statuses);
  void check_patience();
  Committed take_settled(Channel& channel);
  [[noreturn]] static void taken_over(const Channel& channel, const std::string& why);

  Transport& transport_;
  compress::ZstdCompressor compressor_;
  std::map<ChannelId, Channel> channels_;
  std::chrono::milliseconds commit_patience_;
  std::chrono::steady_clock::time_point last_progress_;
};

}  // namespace cdckit::snow_put
