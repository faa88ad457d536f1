// START_REPLICATION over a Connection made with replication = true: XLogData payloads one by one,
// positions confirmed when told. Sources: PostgreSQL manual, Streaming Replication Protocol. One
// thread; throws like Connection, and protocol for a message that the manual does not know.
#pragma once

#include "common/pg/connection.hpp"
#include "common/pg/link.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace cdckit::pg {

enum class StreamStatus { data, keepalive, nothing, end };

struct StreamMessage {
  std::uint64_t start = 0;        // dataStart
  std::uint64_t wal_end = 0;      // keepalive: everything before it was decoded and sent
  std::int64_t server_clock = 0;  // microseconds since 2000-01-01
  bool reply_requested = false;   // keepalive
  std::string_view data;          // one pgoutput message, valid until the next call
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

// What a loop needs of a replication stream; tests put another one in its place.
class MessageStream {
 public:
  MessageStream() = default;
  MessageStream(const MessageStream&) = delete;
  MessageStream& operator=(const MessageStream&) = delete;
  virtual ~MessageStream() = default;

  // Takes the next message if one is there; never waits (poll the connection's socket()). Answers
  // requests for a reply and sends due status updates.
  virtual StreamStatus next(StreamMessage& message) = 0;
  // Durable up to here: reported as flushed from now on; never goes back.
  virtual void confirm(std::uint64_t lsn) noexcept = 0;
  // Received up to here (written), for pg_stat_replication.
  virtual void received(std::uint64_t lsn) noexcept = 0;
  // Sends a status update now; also call it while not reading, at least every few seconds.
  virtual void send_status(bool reply_requested) = 0;
  // send_status() when the last one is older than `interval`.
  virtual void send_status_if_due(std::chrono::milliseconds interval) = 0;
  [[nodiscard]] virtual int socket() const noexcept = 0;
  [[nodiscard]] virtual Link link() const noexcept = 0;
  [[nodiscard]] virtual std::uint64_t confirmed() const noexcept = 0;
  // A confirmed position waits to be sent.
  [[nodiscard]] virtual bool has_news() const noexcept = 0;
};

class ReplicationStream final : public MessageStream {
 public:
  // `options`: the pgoutput options in parentheses: proto_version '1', publication_names '"p"'.
  ReplicationStream(Connection& connection,
                    const std::string& slot,
                    std::uint64_t start,
                    const std::string& options);

  StreamStatus next(StreamMessage& message) override;
  void confirm(std::uint64_t lsn) noexcept override;
  void received(std::uint64_t lsn) noexcept override;
  void send_status(bool reply_requested) override;
  void send_status_if_due(std::chrono::milliseconds interval) override;
  [[nodiscard]] int socket() const noexcept override { return connection_.socket(); }
  [[nodiscard]] Link link() const noexcept override { return link_of(connection_.socket()); }
  [[nodiscard]] std::uint64_t confirmed() const noexcept override { return flushed_; }
  [[nodiscard]] bool has_news() const noexcept override { return flushed_ != sent_; }
  // CopyDone, drain, final result. A server that is inside a large transaction may go on sending
  // it: after `limit` this gives up and the connection should be closed.
  void finish(std::chrono::milliseconds limit = std::chrono::seconds(3));

 private:
  StreamStatus take(char* bytes, int length, StreamMessage& message);
  bool drain(std::chrono::steady_clock::time_point deadline);
  bool waits_before_read() noexcept;
  void refuse_missing_publication();
  void take_results(const std::string& what);
  Connection& connection_;
  base::UniqueHandle<char, free_bytes> buffer_;
  std::uint64_t written_ = 0;
  std::uint64_t flushed_ = 0;
  std::uint64_t sent_ = 0;  // the flushed position of the last status update
  std::chrono::steady_clock::time_point last_status_{};
  std::size_t since_read_ = 0;  // bytes of the messages that the last read brought
  bool reads_apart_ = false;    // see waits_before_read()
  bool finished_ = false;
};

}  // namespace cdckit::pg
