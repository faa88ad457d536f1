// The loop between the replication stream and the pipe: messages in, lines out, checkpoints at
// commit borders, acknowledged positions back to the server, keepalives whatever stdout does.
#pragma once

#include "common/pg/replication_stream.hpp"
#include "tools/walcat/change/changes.hpp"
#include "tools/walcat/change/streamed.hpp"
#include "tools/walcat/delivery/delivery.hpp"
#include "tools/walcat/stream/pace.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

namespace cdckit::walcat {

struct StreamLimits {
  std::optional<std::uint64_t> until_lsn;
  std::optional<std::chrono::steady_clock::time_point> deadline;
  std::chrono::milliseconds status_interval{10'000};  // well below wal_sender_timeout
  std::string spool_folder;                           // of transactions that still run
  // with every batch and at least once a second; is told how many bytes are spooled
  std::function<void(std::uint64_t)> on_tick;
  // true while the end must wait for work that the stream itself carries (a requested snapshot)
  std::function<bool()> unfinished;
  // true while nothing more may be taken from the server: it is answered all the same
  std::function<bool()> frozen;
};

class Streaming {
 public:
  Streaming(StreamLimits limits, pg::MessageStream& stream, Changes& changes, Delivery& delivery);

  // Until a limit or a stop; the positions are settled, nothing is printed about the end yet. A
  // reader that was promised commit borders gets the rest of the transaction at hand first.
  void run();
  // Keeps the connection alive and the confirmed position up to date.
  void keep_alive();
  // Everything before it was printed or is no concern of ours.
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }

 private:
  bool take(const pg::StreamMessage& message);
  bool take_keepalive(const pg::StreamMessage& message);
  bool take_streamed_commit(const Message& message);
  void after_commit(std::uint64_t end);
  bool idle();
  bool pause();
  bool between_batches();
  bool make_room();
  bool wait_frozen();
  [[nodiscard]] bool past_end(std::uint64_t lsn) const;
  bool end_is_due();
  [[nodiscard]] std::chrono::milliseconds idle_wait() const;
  void ask_for_position();

  StreamLimits limits_;
  pg::MessageStream& stream_;
  Changes& changes_;
  Delivery& delivery_;
  PgoutputDecoder decoder_;
  StreamedTransactions streamed_;
  Pace pace_;
  std::chrono::steady_clock::time_point last_question_{};
  std::optional<std::chrono::steady_clock::time_point> stop_seen_;  // inside a transaction
  std::uint64_t position_ = 0;
  std::size_t unattended_ =
      0;  // bytes received since the clock, the pipe and a stop were looked at
};

}  // namespace cdckit::walcat
