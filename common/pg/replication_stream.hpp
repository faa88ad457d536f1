// START_REPLICATION over a Connection made with replication = true: XLogData payloads one by one,
// positions confirmed when told. Sources: PostgreSQL manual, Streaming Replication Protocol. One
// thread; throws like Connection, and protocol for a message that the manual does not know.
#pragma once

#include "common/pg/connection.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace cdckit::pg {

enum class StreamStatus { data, keepalive, nothing, end };

struct StreamMessage {
  std::uint64_t start = 0;         // dataStart
  std::uint64_t wal_end = 0;       // keepalive: everything before it was decoded and sent
  std::int64_t server_clock = 0;   // microseconds since 2000-01-01
  bool reply_requested = false;    // keepalive
  std::string_view data;           // one pgoutput message, valid until the next call
};

// The payloads of CopyData, pure. parse_stream_message throws protocol.
StreamStatus parse_stream_message(std::string_view payload, StreamMessage& message);

struct StatusUpdate {
  std::uint64_t written = 0;
  std::uint64_t flushed = 0;
  std::int64_t clock = 0;  // microseconds since 2000-01-01
  bool reply_requested = false;
};
std::string format_status_update(const StatusUpdate& update);

class ReplicationStream {
 public:
  // `options`: the pgoutput options in parentheses: proto_version '1', publication_names '"p"'.
  ReplicationStream(Connection& connection,
                    const std::string& slot,
                    std::uint64_t start,
                    const std::string& options);
  ReplicationStream(const ReplicationStream&) = delete;
  ReplicationStream& operator=(const ReplicationStream&) = delete;
  ~ReplicationStream() = default;

  // Takes the next message if one is there; never waits (poll the connection's socket()). Answers
  // requests for a reply and sends due status updates.
  StreamStatus next(StreamMessage& message);
  // Durable up to here: reported as flushed from now on; never goes back.
  void confirm(std::uint64_t lsn) noexcept;
  // Received up to here (written), for pg_stat_replication.
  void received(std::uint64_t lsn) noexcept;
  // Sends a status update now; also call it while not reading, at least every few seconds.
  void send_status(bool reply_requested = false);
  // send_status() when the last one is older than `interval`.
  void send_status_if_due(std::chrono::milliseconds interval);
  // CopyDone, drain, final result; the connection is usable afterwards.
  void finish();
  [[nodiscard]] int socket() const noexcept { return connection_.socket(); }
  [[nodiscard]] std::uint64_t confirmed() const noexcept { return flushed_; }

 private:
  StreamStatus take(char* bytes, int length, StreamMessage& message);
  Connection& connection_;
  base::UniqueHandle<char, free_bytes> buffer_;
  std::uint64_t written_ = 0;
  std::uint64_t flushed_ = 0;
  std::chrono::steady_clock::time_point last_status_{};
  bool finished_ = false;
};

}  // namespace cdckit::pg
