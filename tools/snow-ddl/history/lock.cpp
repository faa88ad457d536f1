#include "tools/snow-ddl/history/lock.hpp"

#include "common/base/clock.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-ddl/history/table_maker.hpp"

#include <array>
#include <unistd.h>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

constexpr const char* kColumns =
    "ONE NUMBER, OWNER VARCHAR, HOST VARCHAR, PID VARCHAR, RUN VARCHAR, EXPIRES_AT TIMESTAMP_LTZ";
constexpr int kSeconds = 60;

}  // namespace

LockOwner LockOwner::here() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) name.front() = '\0';
  return {name.data(), std::to_string(::getpid()), base::random_id()};
}

Lock::Lock(const HistoryTable& history, LockOwner owner, Execute execute)
    : table_(history.beside("_LOCK")), owner_(std::move(owner)), execute_(std::move(execute)) {}

snow::StatementResult Lock::look() const {
  return run_text(execute_,
                  fmt::format(R"(
SELECT OWNER, HOST, PID, RUN,
  TO_VARCHAR(CONVERT_TIMEZONE('UTC', EXPIRES_AT), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS UNTIL
FROM {table})",
                              fmt::arg("table", sql_name(table_))));
}

bool Lock::is_ours() const {
  const auto rows = look();
  for (std::size_t row = 0; row < rows.rows.size(); ++row) {
    if (rows.text(row, "RUN") == owner_.run) return true;
  }
  return false;
}

void Lock::take() {
  // who comes first makes the row, whoever makes the table
  (void)run_on_table(execute_,
                     table_,
                     kColumns,
                     fmt::format(R"(
INSERT INTO {table} (ONE)
SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM {table}))",
                                 fmt::arg("table", sql_name(table_))));
  (void)run_text(execute_,
                 fmt::format(R"(
UPDATE {table}
SET OWNER = CURRENT_USER(), HOST = {host}, PID = {pid}, RUN = {run},
  EXPIRES_AT = DATEADD(second, {seconds}, CURRENT_TIMESTAMP())
WHERE RUN IS NULL OR EXPIRES_AT < CURRENT_TIMESTAMP())",
                             fmt::arg("table", sql_name(table_)),
                             fmt::arg("host", snow::sql_text(owner_.host)),
                             fmt::arg("pid", snow::sql_text(owner_.pid)),
                             fmt::arg("run", snow::sql_text(owner_.run)),
                             fmt::arg("seconds", kSeconds)));
  const auto rows = look();
  for (std::size_t row = 0; row < rows.rows.size(); ++row) {
    if (rows.text(row, "RUN") == owner_.run) continue;
    release();  // a second row, made at the same moment
    throw base::Error(
        base::ErrorKind::temporary,
        fmt::format("could not take the lock {}: {} has it (host {}, pid {}) until {}",
                    sql_name(table_),
                    rows.text(row, "OWNER"),
                    rows.text(row, "HOST"),
                    rows.text(row, "PID"),
                    rows.text(row, "UNTIL")),
        "Another run is at work, or was killed: then the lock ends by itself.");
  }
}

bool Lock::renew() {
  (void)run_text(execute_,
                 fmt::format("UPDATE {} SET EXPIRES_AT = DATEADD(second, {}, CURRENT_TIMESTAMP()) "
                             "WHERE RUN = {}",
                             sql_name(table_),
                             kSeconds,
                             snow::sql_text(owner_.run)));
  return is_ours();
}

std::string Lock::held() const {
  return fmt::format(
      "EXISTS (SELECT 1 FROM {} WHERE RUN = {})", sql_name(table_), snow::sql_text(owner_.run));
}

void Lock::release() {
  (void)run_text(execute_,
                 fmt::format("UPDATE {} SET OWNER = NULL, HOST = NULL, PID = NULL, RUN = NULL, "
                             "EXPIRES_AT = NULL WHERE RUN = {}",
                             sql_name(table_),
                             snow::sql_text(owner_.run)));
}

}  // namespace cdckit::snow_ddl
