#include "common/pg/replication_stream.hpp"

#include "common/base/clock.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/pg/binary/big_endian.hpp"
#include "common/pg/binary/epoch.hpp"
#include "common/pg/server_error.hpp"

#include <algorithm>

#include <libpq-fe.h>

namespace cdckit::pg {
namespace {

constexpr std::size_t kDataHeader = 25;
constexpr std::size_t kKeepaliveSize = 18;
constexpr std::chrono::seconds kStatusInterval{10};
// A read that brought less has emptied the socket.
constexpr std::size_t kShortRead = 8U << 10U;

std::string start_command(const std::string& slot,
                          std::uint64_t start,
                          const std::string& options) {
  char lsn[32];
  std::snprintf(lsn,
                sizeof lsn,
                "%X/%X",
                static_cast<unsigned>(start >> 32U),
                static_cast<unsigned>(start & 0xFFFFFFFFU));
  return "START_REPLICATION SLOT " + quote_identifier(slot) + " LOGICAL " + lsn + " (" + options +
         ")";
}

}  // namespace

StreamStatus parse_stream_message(std::string_view payload, StreamMessage& message) {
  if (payload.size() >= kDataHeader && payload[0] == 'w') {
    message.start = load_big_endian<std::uint64_t>(payload.data() + 1);
    message.wal_end = load_big_endian<std::uint64_t>(payload.data() + 9);
    message.server_clock = load_big_endian<std::int64_t>(payload.data() + 17);
    message.reply_requested = false;
    message.data = payload.substr(kDataHeader);
    return StreamStatus::data;
  }
  if (payload.size() >= kKeepaliveSize && payload[0] == 'k') {
    message.start = 0;
    message.wal_end = load_big_endian<std::uint64_t>(payload.data() + 1);
    message.server_clock = load_big_endian<std::int64_t>(payload.data() + 9);
    message.reply_requested = payload[17] != 0;
    message.data = {};
    return StreamStatus::keepalive;
  }
  throw base::Error(base::ErrorKind::protocol,
                    "could not read the replication stream: unknown message of " +
                        std::to_string(payload.size()) + " bytes");
}

std::string format_status_update(const StatusUpdate& update) {
  std::string out = "r";
  append_big_endian(out, update.written);
  append_big_endian(out, update.flushed);
  append_big_endian(out, update.flushed);
  append_big_endian(out, update.clock);
  out += update.reply_requested ? '\1' : '\0';
  return out;
}

ReplicationStream::ReplicationStream(Connection& connection,
                                     const std::string& slot,
                                     std::uint64_t start,
                                     const std::string& options)
    : connection_(connection) {
  connection_.forget_warning();
  const Result result(PQexec(connection_.handle(), start_command(slot, start, options).c_str()));
  if (PQresultStatus(result.handle()) != PGRES_COPY_BOTH) {
    throw server_error(
        connection_.handle(), result.handle(), "start replication on slot \"" + slot + '"');
  }
  last_status_ = std::chrono::steady_clock::now();
  if (link() == Link::same_host) keep_window_small(connection_.socket());
  reads_apart_ = link() == Link::unix_socket;
}

StreamStatus ReplicationStream::next(StreamMessage& message) {
  char* bytes = nullptr;
  int length = PQgetCopyData(connection_.handle(), &bytes, 1);
  if (length == 0 && !waits_before_read()) {
    if (PQconsumeInput(connection_.handle()) == 0) {
      throw server_error(connection_.handle(), nullptr, "read the replication stream");
    }
    length = PQgetCopyData(connection_.handle(), &bytes, 1);
  }
  if (length > 0) since_read_ += static_cast<std::size_t>(length);
  return take(bytes, length, message);
}

// Over a socket file each message is a piece of its own: who reads on at once gets a few at a time
// and keeps the server from its work. After a short read the caller is told so, that it may let
// some come together; its next call reads.
bool ReplicationStream::waits_before_read() noexcept {
  const bool waits = reads_apart_ && since_read_ > 0 && since_read_ < kShortRead;
  since_read_ = 0;
  return waits;
}

StreamStatus ReplicationStream::take(char* bytes, int length, StreamMessage& message) {
  buffer_.reset(bytes);
  refuse_missing_publication();
  if (length == 0) {
    send_status_if_due(kStatusInterval);
    return StreamStatus::nothing;
  }
  if (length == -2)
    throw server_error(connection_.handle(), nullptr, "read the replication stream");
  if (length == -1) {
    finished_ = true;
    take_results("read the replication stream");
    return StreamStatus::end;
  }
  const auto status = parse_stream_message({bytes, static_cast<std::size_t>(length)}, message);
  if (message.reply_requested) send_status(false);
  return status;
}

// Since 18 the server only warns of a publication that is not there (yet), and leaves its changes
// out; before, it was this error.
void ReplicationStream::refuse_missing_publication() {
  const Warning& warning = connection_.last_warning();
  if (warning.sqlstate != "55000") return;
  throw ServerError(base::ErrorKind::unavailable,
                    "could not read the replication stream: the server " + warning.message +
                        ", which does not exist at this point",
                    "42704",
                    "");
}

void ReplicationStream::confirm(std::uint64_t lsn) noexcept {
  flushed_ = std::max(flushed_, lsn);
  written_ = std::max(written_, lsn);
}

void ReplicationStream::received(std::uint64_t lsn) noexcept {
  written_ = std::max(written_, lsn);
}

void ReplicationStream::send_status(bool reply_requested) {
  const std::string update =
      format_status_update({.written = written_,
                            .flushed = flushed_,
                            .clock = base::unix_microseconds() - kEpochMicroseconds,
                            .reply_requested = reply_requested});
  if (PQputCopyData(connection_.handle(), update.data(), static_cast<int>(update.size())) != 1 ||
      PQflush(connection_.handle()) < 0) {
    throw server_error(connection_.handle(), nullptr, "report the position");
  }
  last_status_ = std::chrono::steady_clock::now();
  sent_ = flushed_;
}

void ReplicationStream::send_status_if_due(std::chrono::milliseconds interval) {
  if (!finished_ && std::chrono::steady_clock::now() - last_status_ >= interval) send_status(false);
}

void ReplicationStream::take_results(const std::string& what) {
  while (pg_result* result = PQgetResult(connection_.handle())) {
    const Result owned(result);
    if (PQresultStatus(result) == PGRES_FATAL_ERROR) {
      throw server_error(connection_.handle(), result, what);
    }
  }
}

// What the server still sends is thrown away: it was not confirmed and will come again.
bool ReplicationStream::drain(std::chrono::steady_clock::time_point deadline) {
  for (;;) {
    char* bytes = nullptr;
    const int length = PQgetCopyData(connection_.handle(), &bytes, 1);
    buffer_.reset(bytes);
    if (length < 0) return true;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    if (length > 0) continue;
    (void)io::wait_readable({connection_.socket()}, left);
    if (PQconsumeInput(connection_.handle()) == 0) return true;
  }
}

void ReplicationStream::finish(std::chrono::milliseconds limit) {
  if (finished_) return;
  finished_ = true;
  send_status(false);
  if (PQputCopyEnd(connection_.handle(), nullptr) != 1 || PQflush(connection_.handle()) < 0) {
    throw server_error(connection_.handle(), nullptr, "end replication");
  }
  if (drain(std::chrono::steady_clock::now() + limit)) take_results("end replication");
}

}  // namespace cdckit::pg
