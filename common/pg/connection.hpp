// PostgreSQL through libpq, whose types stay in this room. A Connection owns one session; it is
// used by one thread. All failures throw ServerError, whose kind comes from the SQLSTATE (see
// server_error.hpp), so callers can retry what is retryable. A connection string that libpq cannot
// read throws config. Notices of the server go to the log.
#pragma once

#include "common/base/error.hpp"
#include "common/base/unique_handle.hpp"
#include "common/signals/stop.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;
struct pg_result;
struct pg_cancel;

namespace cdckit::pg {

void finish_connection(pg_conn* connection) noexcept;
void clear_result(pg_result* result) noexcept;
void free_bytes(char* bytes) noexcept;
void free_cancel(pg_cancel* cancel) noexcept;

class ServerError : public base::Error {
 public:
  ServerError(base::ErrorKind kind,
              const std::string& message,
              std::string sqlstate,
              std::string context,
              std::string routine = {},
              std::string hint = {})
      : Error(kind, message, std::move(hint)),
        sqlstate_(std::move(sqlstate)),
        context_(std::move(context)),
        routine_(std::move(routine)) {}
  // "" when the connection was lost.
  [[nodiscard]] const std::string& sqlstate() const noexcept { return sqlstate_; }
  // CONTEXT, e.g. `COPY t, line 3, column c`.
  [[nodiscard]] const std::string& context() const noexcept { return context_; }
  // The function of the server that refused, e.g. `ExecWithCheckOptions`.
  [[nodiscard]] const std::string& routine() const noexcept { return routine_; }

 private:
  std::string sqlstate_;
  std::string context_;
  std::string routine_;
};

// Rows of text values. Owns the result.
class Result {
 public:
  explicit Result(pg_result* result) noexcept : result_(result) {}
  [[nodiscard]] int rows() const noexcept;
  [[nodiscard]] int columns() const noexcept;
  [[nodiscard]] bool is_null(int row, int column) const noexcept;
  [[nodiscard]] std::string_view at(int row, int column) const noexcept;
  [[nodiscard]] std::string text(int row, int column) const { return std::string(at(row, column)); }
  // Rows touched by INSERT, UPDATE, DELETE, MERGE or COPY.
  [[nodiscard]] std::uint64_t affected() const noexcept;
  // "INSERT 0 5", "COPY 12"
  [[nodiscard]] std::string_view command_tag() const noexcept;
  [[nodiscard]] pg_result* handle() const noexcept { return result_.get(); }  // for this room only

 private:
  base::UniqueHandle<pg_result, clear_result> result_;
};

struct ConnectOptions {
  std::string conninfo;          // what psql takes: URI, key=value, or a bare database name
  std::string application_name;  // unless the connection string or PGAPPNAME names one
  bool replication = false;      // replication=database
  // of each address, unless the settings have a connect_timeout
  std::chrono::seconds connect_timeout{10};
  bool hurried = false;          // connect_timeout counts whatever the settings say
  std::string setup = {};        // a statement for the session, behind those of our own
  signals::StopToken stop = {};  // a stop while connecting ends that
};

using Parameter = std::optional<std::string_view>;

// What the server said beside the results, with severity WARNING.
struct Warning {
  std::string sqlstate;
  std::string message;
};

enum class CopyStatus { row, nothing, end };

class Connection {
 public:
  // Brought about as connect.hpp says, with the settings of session_settings.hpp; the search path
  // is left alone. PG* variables, service and pgpass files work as in psql.
  explicit Connection(const ConnectOptions& options);

  // One or several statements by the simple protocol; the last one's result.
  Result query(const std::string& sql);
  // Text parameters $1..$n by the extended protocol (not on replication connections).
  Result query(const std::string& sql, std::span<const Parameter> parameters);
  void execute(const std::string& sql) { (void)query(sql); }
  // One row after the other, as they come: memory is that of one. The rows of a failed statement
  // that came before its error are visited too.
  void each_row(const std::string& sql, const std::function<void(const Result&)>& visit);
  // For statements that may wait for others without limit: asks the server to cancel and throws
  // temporary when a stop is requested meanwhile. `tick`, if any, is called once a second.
  Result query_until_stop(const std::string& sql,
                          signals::StopToken stop,
                          const std::function<void()>& tick = nullptr);

  // From now on every query is such a statement, until unwatch().
  void watch(signals::StopToken stop, std::function<void()> tick);
  void unwatch() noexcept { watch_.reset(); }

  // COPY ... FROM STDIN, in one piece: begin_copy_in, put_copy any number of times, end_copy_in
  // (rows taken) or abort_copy_in (server forgets all).
  void begin_copy_in(const std::string& sql);
  void put_copy(std::string_view bytes);
  std::uint64_t end_copy_in();
  void abort_copy_in(const std::string& reason);

  // COPY ... TO STDOUT: begin_copy_out, then next_copy until it gives nothing. The view is valid
  // until the next call.
  void begin_copy_out(const std::string& sql);
  // The same; false when `end_fd` became readable meanwhile: the server was asked to cancel.
  bool begin_copy_out(const std::string& sql, int end_fd);
  std::optional<std::string_view> next_copy();
  // The same without waiting: `nothing` until socket() is readable again.
  CopyStatus try_next_copy(std::string_view& row);

  [[nodiscard]] std::string quote_identifier(std::string_view name) const;
  [[nodiscard]] std::string quote_literal(std::string_view text) const;
  [[nodiscard]] int server_version() const noexcept;  // 150020
  [[nodiscard]] std::string host() const;
  [[nodiscard]] std::string database() const;
  [[nodiscard]] std::string user() const;
  // What the server reports by itself, such as server_encoding; "" when it does not.
  [[nodiscard]] std::string parameter(const std::string& name) const;
  // TLSv1.3; "" on a plain connection.
  [[nodiscard]] std::string tls() const;
  // For another connection of the same kind.
  [[nodiscard]] const ConnectOptions& options() const noexcept { return options_; }
  [[nodiscard]] int socket() const noexcept;
  [[nodiscard]] int backend_pid() const noexcept;
  [[nodiscard]] bool in_transaction() const noexcept;
  // The newest since it was forgotten, none: an empty message. All are in the log as well.
  [[nodiscard]] const Warning& last_warning() const noexcept { return *last_warning_; }
  void forget_warning() { *last_warning_ = {}; }
  [[nodiscard]] pg_conn* handle() noexcept { return connection_.get(); }  // for this room only

 private:
  struct Watch {
    signals::StopToken stop;
    std::function<void()> tick;
  };
  void set_session();
  Result watched_answer(const std::string& what,
                        signals::StopToken stop,
                        const std::function<void()>& tick);
  Result take_result(pg_result* result, const std::string& what);
  Result end_of_copy(const std::string& what, const std::function<void()>& wait = nullptr);
  bool wait_answer(int end_fd, const std::string& what, const std::function<void()>& tick);
  ConnectOptions options_;
  std::unique_ptr<Warning> last_warning_ = std::make_unique<Warning>();  // libpq keeps its address
  base::UniqueHandle<pg_conn, finish_connection> connection_;
  base::UniqueHandle<char, free_bytes> copy_row_;
  std::optional<Watch> watch_;
};

// Asks the server to cancel what a connection is doing; made by the connection's thread, used by
// any while the connection lives. The answer is an error there, or nothing when it came too late.
class Canceller {
 public:
  explicit Canceller(Connection& connection);
  void cancel() const noexcept;

 private:
  base::UniqueHandle<pg_cancel, free_cancel> cancel_;
};

// libpq 15.20
std::string library_version();
// "schema"."table"
std::string quote_name(std::string_view schema, std::string_view table);
// Quotes an identifier without a connection.
std::string quote_identifier(std::string_view name);

}  // namespace cdckit::pg
