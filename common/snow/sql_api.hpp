// Runs SQL statements through Snowflake's SQL API v2: sign-in by key pair, asynchronous answers
// polled to their end, all partitions of a result, lost answers asked for again under the same
// requestId. Every statement is a session of its own. One SqlApi per thread.
#pragma once

#include "common/base/error.hpp"
#include "common/retry/retry.hpp"
#include "common/signals/stop.hpp"
#include "common/snow/connection_settings.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::snow {

// A `?` placeholder's value; types are Snowflake's: FIXED REAL TEXT BOOLEAN BINARY DATE ...
struct Binding {
  std::string type = "TEXT";
  std::optional<std::string> value;  // nothing: NULL
};

// Empty context members come from the connection. Names are as SHOW prints them (upper case).
struct Statement {
  std::string text;
  std::string database;
  std::string schema;
  std::string warehouse;
  std::string role;
  std::vector<Binding> bindings;                  // not with several statements
  std::map<std::string, std::string> parameters;  // query_tag, timezone, ...
  unsigned count = 1;                             // statements in `text`; 0: any number
  std::chrono::seconds timeout{0};                // 0: the server's own
  std::string request_id{};                       // empty: one of its own
  bool again = false;  // it was sent before: what became of it is told, it runs only if it did not
};

struct ResultColumn {
  std::string name;
  std::string type;  // fixed real text boolean date time timestamp_ntz variant ...
  bool nullable = true;
  std::optional<int> precision;
  std::optional<int> scale;
};

using Cell = std::optional<std::string>;  // the API's text; nothing: NULL
using ResultRow = std::vector<Cell>;

struct StatementResult {
  std::string handle;
  std::string message;
  std::vector<std::string> handles;  // one a statement when there were several: see result()
  std::vector<ResultColumn> columns;
  std::vector<ResultRow> rows;  // all partitions
  std::uint64_t inserted = 0;   // DML counts
  std::uint64_t updated = 0;
  std::uint64_t deleted = 0;

  // Index of a column, ignoring case. Throws protocol when it is not there.
  [[nodiscard]] std::size_t column(const std::string& name) const;
  // The cell's text, empty for NULL.
  [[nodiscard]] const std::string& text(std::size_t row, const std::string& column_name) const;
};

// The server answered that the statement failed. what() holds its message, code and SQLSTATE.
class SqlError : public base::Error {
 public:
  SqlError(base::ErrorKind kind,
           const std::string& message,
           std::string code,
           std::string state,
           std::string statement_handle);
  [[nodiscard]] const std::string& code() const noexcept { return code_; }  // six digits: 002003
  [[nodiscard]] const std::string& sql_state() const noexcept { return state_; }
  [[nodiscard]] const std::string& handle() const noexcept { return handle_; }
  [[nodiscard]] bool is_missing_object() const noexcept;   // does not exist or not authorized
  [[nodiscard]] bool is_existing_object() const noexcept;  // exists already

 private:
  std::string code_;
  std::string state_;
  std::string handle_;
};

struct SqlApiOptions {
  std::string user_agent = "cdckit";
  bool allow_http = false;
  retry::Policy retry{};       // server gone, 429, 5xx: bounded, then temporary
  signals::StopToken stop{};   // ends waiting between retries and polls, and soon for an answer
  retry::Observer on_retry{};  // called before each pause
};

class SqlApi {
 public:
  // Loads the key (config when it cannot); connects with the first statement.
  SqlApi(const ConnectionSettings& settings, SqlApiOptions options);
  ~SqlApi();
  SqlApi(SqlApi&&) noexcept;
  SqlApi& operator=(SqlApi&&) noexcept;

  // Throws SqlError when the statement failed, permission for a refused login, temporary when the
  // server stayed away, protocol for an answer that is none.
  StatementResult run(const Statement& statement);
  StatementResult run(const std::string& text);
  // The rows partition by partition, so that no result has to fit into memory.
  using TakeRows = std::function<void(const StatementResult& part)>;
  void run(const Statement& statement, const TakeRows& take);
  // Leaves the statement to the server, which works on when nobody waits: its handle.
  std::string start(const Statement& statement);
  // The result of one statement of several, or of an earlier one; waits for its end.
  StatementResult result(const std::string& handle);
  void result(const std::string& handle, const TakeRows& take);
  // Asks the server to stop a statement; unknown handles are no error.
  void cancel(const std::string& handle);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace cdckit::snow
