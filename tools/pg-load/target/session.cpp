#include "tools/pg-load/target/session.hpp"

#include "common/base/text.hpp"
#include "common/log/log.hpp"
#include "common/log/trying_again.hpp"
#include "common/pg/server_error.hpp"
#include "common/pg/session_settings.hpp"

#include <string_view>
#include <utility>

namespace cdckit::pg_load {
namespace {

std::string_view sqlstate_of(const base::Error& error) noexcept {
  const auto* server = dynamic_cast<const pg::ServerError*>(&error);
  return server == nullptr ? std::string_view() : std::string_view(server->sqlstate());
}

// With the server's default of 4 MB a join with a batch of a million rows goes through files and
// takes twice as long. What was set for the user, the database or this session stays.
constexpr const char* kMergeMemory =
    "SELECT set_config('work_mem', '32MB', false) FROM pg_settings WHERE name = 'work_mem' "
    "AND setting::int < 32768 AND source IN ('default', 'configuration file')";

// The user's search_path, and the schemas on it that are there.
constexpr const char* kSearchPath =
    "SELECT pg_catalog.current_setting('search_path'), pg_catalog.current_schemas(false)";

constexpr const char* kSchemaOf = R"sql(
SELECT coalesce(
  (SELECT n.nspname FROM pg_catalog.unnest($2::name[]) WITH ORDINALITY AS p(schema, place)
   JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema
   JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid
   WHERE c.relname = $1 AND c.relkind IN ('r', 'p', 'f', 'v', 'm') ORDER BY p.place LIMIT 1),
  ($2::name[])[1], 'public'))sql";

// A COMMIT that returns before it is on disk is no promise; what is stronger stays.
constexpr const char* kDurable =
    "SELECT set_config('synchronous_commit', 'on', false) FROM pg_settings "
    "WHERE name = 'synchronous_commit' AND setting IN ('off', 'local')";

void log_pause(const base::Error& error, std::chrono::milliseconds pause) {
  log::trying_again(error.what(), pause);
}

}  // namespace

Session::Session(SessionSettings settings)
    : settings_(std::move(settings)), attempts_(settings_.policy, settings_.stop, log_pause) {}

pg::Connection& Session::connection() {
  if (!connection_) {
    connect();
    ++generation_;
    ++epoch_;
    set_up();
  }
  return *connection_;
}

void Session::connect() {
  try {
    connection_.emplace(
        pg::ConnectOptions{.conninfo = settings_.conninfo, .application_name = "pg-load"});
  } catch (const pg::ServerError& error) {
    std::string hint = pg::login_hint(error);
    if (hint.empty()) throw;
    throw base::Error(error.kind(), error.what(), std::move(hint));
  }
}

void Session::set_up() {
  const pg::Result path = connection_->query(kSearchPath);
  search_path_ = path.text(0, 0);
  schemas_ = path.text(0, 1);
  connection_->execute(pg::kNoSearchPath);
  connection_->execute(std::string("SET client_min_messages = warning; ") + kMergeMemory + "; " +
                       kDurable);
  if (!settings_.replica) return;
  try {
    connection_->execute("SET session_replication_role = replica");
  } catch (const base::Error& error) {
    if (sqlstate_of(error) != "42501") throw;  // not allowed to us
    log::info(
        "triggers and foreign keys of the target stay active: only a superuser may silence them");
  }
}

void Session::use_search_path() {
  set_search_path(search_path_);
}

void Session::empty_search_path() {
  set_search_path("");
}

void Session::set_search_path(const std::string& path) {
  pg::Connection& connection = this->connection();
  const pg::Parameter parameters[] = {path, connection.in_transaction() ? "t" : "f"};
  connection.query("SELECT pg_catalog.set_config('search_path', $1, $2::pg_catalog.bool)",
                   parameters);
}

std::string Session::schema_of(const std::string& table) {
  pg::Connection& connection = this->connection();
  const pg::Parameter parameters[] = {table, schemas_};
  return connection.query(kSchemaOf, parameters).text(0, 0);
}

// Triggers of the target find what their writer meant; our own statements say whose operators and
// functions they mean.
void Session::begin() {
  ++transaction_;
  pg::Connection& connection = this->connection();
  connection.execute("BEGIN; SELECT pg_catalog.set_config('search_path', " +
                     connection.quote_literal(search_path_) + ", true)");
}

void Session::begin_copy(const std::string& sql) {
  connection().begin_copy_in(sql);
  copying_ = true;
}

void Session::put_copy(std::string_view bytes) {
  connection().put_copy(bytes);
}

std::uint64_t Session::end_copy() {
  copying_ = false;
  return connection().end_copy_in();
}

void Session::savepoint(const std::string& name) {
  connection().execute("SAVEPOINT " + name);
}

void Session::release(const std::string& name) {
  connection().execute("RELEASE SAVEPOINT " + name);
}

void Session::roll_back_to(const std::string& name) {
  ++epoch_;
  connection().execute("ROLLBACK TO SAVEPOINT " + name + "; RELEASE SAVEPOINT " + name);
}

void Session::roll_back() noexcept {
  if (!connection_) return;
  ++epoch_;
  try {
    if (std::exchange(copying_, false)) connection_->abort_copy_in("pg-load takes the batch back");
    if (connection_->in_transaction()) connection_->execute("ROLLBACK");
  } catch (const base::Error&) {
    drop();
  }
}

void Session::drop() noexcept {
  connection_.reset();
  copying_ = false;
}

void Session::commit() {
  const std::string transaction =
      connection().query("SELECT pg_current_xact_id_if_assigned()").text(0, 0);
  try {
    connection().execute("COMMIT");
  } catch (const base::Error& error) {
    if (!error.retryable() || !sqlstate_of(error).empty() || transaction.empty()) throw;
    drop();
    if (!was_committed(transaction)) throw;
  }
}

bool Session::was_committed(const std::string& transaction) {
  for (;;) {
    try {
      const pg::Parameter parameters[] = {transaction};
      const pg::Result status = connection().query("SELECT pg_xact_status($1::xid8)", parameters);
      if (status.at(0, 0) != "in progress") return status.at(0, 0) == "committed";
      throw base::Error(base::ErrorKind::temporary,
                        "could not commit: the server has not decided yet");
    } catch (const base::Error& failure) {
      pause_after(failure);
    }
  }
}

void Session::pause_after(const base::Error& error) {
  if (!error.retryable()) throw;
  roll_back();
  // 57P01 and the like close the session on the server's side though a call may still look fine.
  const std::string_view state = sqlstate_of(error);
  if (state != "40001" && state != "40P01" && state != "55P03") drop();
  attempts_.failed(error);
}

}  // namespace cdckit::pg_load
