#include "common/pg/connection.hpp"

#include "common/base/text.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/pg/connect.hpp"
#include "common/pg/server_error.hpp"
#include "common/pg/session_settings.hpp"

#include <array>

#include <libpq-fe.h>

namespace cdckit::pg {
namespace {

using base::ErrorKind;

// `CREATE TABLE`: enough to recognise the statement, never its data.
std::string statement_name(std::string_view sql) {
  sql = base::trim(sql);
  std::size_t end = sql.find_first_of(" \n(;");
  if (end != std::string_view::npos && sql[end] == ' ') {
    end = sql.find_first_of(" \n(;\"", end + 1);
  }
  return "run " + std::string(sql.substr(0, std::min<std::size_t>(end, 40)));
}

}  // namespace

void finish_connection(pg_conn* connection) noexcept {
  PQfinish(connection);
}
void clear_result(pg_result* result) noexcept {
  PQclear(result);
}
void free_bytes(char* bytes) noexcept {
  PQfreemem(bytes);
}
void free_cancel(pg_cancel* cancel) noexcept {
  PQfreeCancel(cancel);
}

Canceller::Canceller(Connection& connection) : cancel_(PQgetCancel(connection.handle())) {}

void Canceller::cancel() const noexcept {
  std::array<char, 256> reason{};
  (void)PQcancel(cancel_.get(), reason.data(), static_cast<int>(reason.size()));
}

int Result::rows() const noexcept {
  return PQntuples(result_.get());
}
int Result::columns() const noexcept {
  return PQnfields(result_.get());
}

bool Result::is_null(int row, int column) const noexcept {
  return PQgetisnull(result_.get(), row, column) != 0;
}

std::string_view Result::at(int row, int column) const noexcept {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::uint64_t Result::affected() const noexcept {
  return base::parse_unsigned(PQcmdTuples(result_.get())).value_or(0);
}

std::string_view Result::command_tag() const noexcept {
  return PQcmdStatus(result_.get());
}

Connection::Connection(const ConnectOptions& options)
    : options_(options), connection_(connect_session(options_, last_warning_.get())) {
  set_session();
}

// By SET and not by startup options: poolers and the user's own `options` stay out of it. One
// message: each costs a way to the server and back.
void Connection::set_session() {
  std::string sql = pin_settings(server_version());
  if (!options_.setup.empty()) sql += ";\n" + options_.setup;
  execute(sql);
}

Result Connection::take_result(pg_result* result, const std::string& what) {
  Result owned(result);
  switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
      return owned;
    default:
      throw server_error(handle(), result, what);
  }
}

namespace {

// libpq would send what stands before it.
void refuse_nul(std::string_view text) {
  if (text.find('\0') == std::string_view::npos) return;
  throw base::Error(ErrorKind::data,
                    "could not send a text to the server: it holds the character \\u0000");
}

}  // namespace

Result Connection::query(const std::string& sql) {
  refuse_nul(sql);
  if (watch_) return query_until_stop(sql, watch_->stop, watch_->tick);
  return take_result(PQexec(handle(), sql.c_str()), statement_name(sql));
}

Result Connection::query(const std::string& sql, std::span<const Parameter> parameters) {
  std::vector<std::string> texts;
  texts.reserve(parameters.size());
  std::vector<const char*> values;
  refuse_nul(sql);
  for (const auto& parameter : parameters) {
    refuse_nul(parameter.value_or(""));
    texts.emplace_back(parameter.value_or(""));
    values.push_back(parameter ? texts.back().c_str() : nullptr);
  }
  const std::string what = statement_name(sql);
  const int count = static_cast<int>(values.size());
  if (!watch_) {
    return take_result(
        PQexecParams(handle(), sql.c_str(), count, nullptr, values.data(), nullptr, nullptr, 0),
        what);
  }
  if (PQsendQueryParams(
          handle(), sql.c_str(), count, nullptr, values.data(), nullptr, nullptr, 0) == 0) {
    throw server_error(handle(), nullptr, what);
  }
  return watched_answer(what, watch_->stop, watch_->tick);
}

void Connection::watch(signals::StopToken stop, std::function<void()> tick) {
  watch_ = {stop, std::move(tick)};
}

void Connection::each_row(const std::string& sql, const std::function<void(const Result&)>& visit) {
  const std::string what = statement_name(sql);
  if (PQsendQuery(handle(), sql.c_str()) == 0 || PQsetSingleRowMode(handle()) == 0)
    throw server_error(handle(), nullptr, what);
  std::optional<ServerError> failure;
  while (pg_result* result = PQgetResult(handle())) {
    const Result owned(result);
    const auto status = PQresultStatus(result);
    if (status == PGRES_SINGLE_TUPLE) visit(owned);
    if (status == PGRES_FATAL_ERROR && !failure) failure = server_error(handle(), result, what);
  }
  if (failure) throw ServerError(*failure);
}

// False when `end_fd` became readable first; then the server was asked to cancel.
bool Connection::wait_answer(int end_fd,
                             const std::string& what,
                             const std::function<void()>& tick) {
  const std::chrono::seconds pause(tick ? 1 : -1);
  while (PQisBusy(handle()) != 0) {
    const unsigned ready = io::wait_readable({PQsocket(handle()), end_fd}, pause);
    if (ready == 0 && tick) tick();
    if ((ready & 2U) != 0) {
      Canceller(*this).cancel();
      return false;
    }
    if (PQconsumeInput(handle()) == 0) throw server_error(handle(), nullptr, what);
  }
  return true;
}

Result Connection::query_until_stop(const std::string& sql,
                                    signals::StopToken stop,
                                    const std::function<void()>& tick) {
  const std::string what = statement_name(sql);
  if (PQsendQuery(handle(), sql.c_str()) == 0) throw server_error(handle(), nullptr, what);
  return watched_answer(what, stop, tick);
}

Result Connection::watched_answer(const std::string& what,
                                  signals::StopToken stop,
                                  const std::function<void()>& tick) {
  return end_of_copy(what, [&] {
    if (wait_answer(stop.fd(), what, tick)) return;
    throw base::Error(ErrorKind::temporary, "could not " + what + ": stopped");
  });
}

// Results until there is none, so that the connection is free again; the first failure counts, the
// last result is given. `wait` comes before each.
Result Connection::end_of_copy(const std::string& what, const std::function<void()>& wait) {
  Result last(nullptr);
  std::optional<ServerError> failure;
  for (;;) {
    if (wait) wait();
    pg_result* result = PQgetResult(handle());
    if (result == nullptr) break;
    last = Result(result);
    const auto status = PQresultStatus(result);
    if (status == PGRES_FATAL_ERROR && !failure) failure = server_error(handle(), result, what);
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) break;
  }
  if (failure) throw ServerError(*failure);
  return last;
}

void Connection::begin_copy_in(const std::string& sql) {
  if (PQresultStatus(query(sql).handle()) != PGRES_COPY_IN) {
    throw base::Error(ErrorKind::bug, "could not begin COPY: the statement is none");
  }
}

void Connection::put_copy(std::string_view bytes) {
  constexpr std::size_t kPiece = 1U << 20U;
  while (!bytes.empty()) {
    const auto piece = bytes.substr(0, kPiece);
    if (PQputCopyData(handle(), piece.data(), static_cast<int>(piece.size())) != 1) {
      throw server_error(handle(), nullptr, "send COPY data");
    }
    bytes.remove_prefix(piece.size());
  }
}

std::uint64_t Connection::end_copy_in() {
  if (PQputCopyEnd(handle(), nullptr) != 1) throw server_error(handle(), nullptr, "end COPY");
  return end_of_copy("load rows by COPY").affected();
}

void Connection::abort_copy_in(const std::string& reason) {
  PQputCopyEnd(handle(), reason.c_str());
  while (pg_result* result = PQgetResult(handle())) PQclear(result);
}

void Connection::begin_copy_out(const std::string& sql) {
  if (PQresultStatus(query(sql).handle()) != PGRES_COPY_OUT) {
    throw base::Error(ErrorKind::bug, "could not begin COPY: the statement is none");
  }
}

bool Connection::begin_copy_out(const std::string& sql, int end_fd) {
  const std::string what = statement_name(sql);
  if (PQsendQuery(handle(), sql.c_str()) == 0) throw server_error(handle(), nullptr, what);
  if (!wait_answer(end_fd, what, nullptr)) return false;
  if (PQresultStatus(take_result(PQgetResult(handle()), what).handle()) != PGRES_COPY_OUT) {
    throw base::Error(ErrorKind::bug, "could not begin COPY: the statement is none");
  }
  return true;
}

std::optional<std::string_view> Connection::next_copy() {
  char* row = nullptr;
  const int length = PQgetCopyData(handle(), &row, 0);
  copy_row_.reset(row);
  if (length > 0) return std::string_view(row, static_cast<std::size_t>(length));
  if (length == -2) throw server_error(handle(), nullptr, "read COPY data");
  (void)end_of_copy("read rows by COPY");
  return std::nullopt;
}

CopyStatus Connection::try_next_copy(std::string_view& row) {
  for (bool may_read = true;; may_read = false) {
    char* bytes = nullptr;
    const int length = PQgetCopyData(handle(), &bytes, 1);
    copy_row_.reset(bytes);
    if (length > 0) {
      row = std::string_view(bytes, static_cast<std::size_t>(length));
      return CopyStatus::row;
    }
    if (length == -2) throw server_error(handle(), nullptr, "read COPY data");
    if (length == -1) break;
    if (!may_read) return CopyStatus::nothing;
    if (PQconsumeInput(handle()) == 0) throw server_error(handle(), nullptr, "read COPY data");
  }
  (void)end_of_copy("read rows by COPY");
  return CopyStatus::end;
}

std::string Connection::quote_identifier(std::string_view name) const {
  return pg::quote_identifier(name);
}

std::string Connection::quote_literal(std::string_view text) const {
  const base::UniqueHandle<char, free_bytes> quoted(
      PQescapeLiteral(connection_.get(), text.data(), text.size()));
  if (quoted == nullptr) throw server_error(connection_.get(), nullptr, "quote a literal");
  return quoted.get();
}

int Connection::server_version() const noexcept {
  return PQserverVersion(connection_.get());
}

std::string Connection::host() const {
  const char* host = PQhost(connection_.get());
  return host == nullptr ? "" : host;
}

std::string Connection::database() const {
  return PQdb(connection_.get());
}

std::string Connection::user() const {
  return PQuser(connection_.get());
}

std::string Connection::parameter(const std::string& name) const {
  const char* value = PQparameterStatus(connection_.get(), name.c_str());
  return value == nullptr ? "" : value;
}

std::string Connection::tls() const {
  const char* protocol = PQsslAttribute(connection_.get(), "protocol");
  return protocol == nullptr ? "" : protocol;
}

int Connection::socket() const noexcept {
  return PQsocket(connection_.get());
}

int Connection::backend_pid() const noexcept {
  return PQbackendPID(connection_.get());
}

bool Connection::in_transaction() const noexcept {
  const auto status = PQtransactionStatus(connection_.get());
  return status != PQTRANS_IDLE && status != PQTRANS_UNKNOWN;
}

std::string library_version() {
  const int version = PQlibVersion();
  return "libpq " + std::to_string(version / 10000) + "." + std::to_string(version % 10000);
}

std::string quote_identifier(std::string_view name) {
  std::string out = "\"";
  for (const char letter : name) {
    if (letter == '"') out += '"';
    out += letter;
  }
  return out + '"';
}

std::string quote_name(std::string_view schema, std::string_view table) {
  return quote_identifier(schema) + "." + quote_identifier(table);
}

}  // namespace cdckit::pg
