#include "tools/pg-load/target/session.hpp"

#include "common/base/text.hpp"
#include "common/log/log.hpp"
#include "common/pg/server_error.hpp"

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

void log_pause(const base::Error& error, std::chrono::milliseconds pause) {
  log::warning(std::string(error.what()) + "; trying again in " + base::format_duration(pause));
}

}  // namespace

std::optional<std::uint64_t> copy_line(const base::Error& error) noexcept {
  const auto* server = dynamic_cast<const pg::ServerError*>(&error);
  if (server == nullptr) return std::nullopt;
  const std::string_view context = server->context();
  constexpr std::string_view kLine = ", line ";
  const std::size_t copy = context.find("COPY ");
  const std::size_t line =
      context.find(kLine, copy == std::string_view::npos ? context.size() : copy);
  if (line == std::string_view::npos) return std::nullopt;
  const std::string_view rest = context.substr(line + kLine.size());
  return base::parse_unsigned(rest.substr(0, rest.find_first_not_of("0123456789")));
}

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
  connection_->execute(std::string("SET client_min_messages = warning; ") + kMergeMemory);
  if (!settings_.replica) return;
  try {
    connection_->execute("SET session_replication_role = replica");
  } catch (const base::Error& error) {
    if (sqlstate_of(error) != "42501") throw;  // not allowed to us
    log::info(
        "triggers and foreign keys of the target stay active: only a superuser may silence them");
  }
}

void Session::begin() {
  connection().execute("BEGIN");
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
