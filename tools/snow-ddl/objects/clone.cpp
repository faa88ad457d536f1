#include "tools/snow-ddl/objects/clone.hpp"

#include "common/base/clock.hpp"
#include "common/base/text.hpp"
#include "common/log/log.hpp"
#include "common/snow/digest.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-ddl/history/lock.hpp"

#include <cerrno>
#include <csignal>
#include <unistd.h>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

constexpr std::string_view kMark = "_PREVIEW_";
constexpr std::int64_t kSecondsInHour = 3600;

std::string host_mark() {
  return base::to_upper(snow::sha256_hex(LockOwner::here().host).substr(0, 8));
}

bool is_alive(std::int64_t pid) {
  return ::kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM;
}

}  // namespace

bool is_leftover(const std::string& name, const std::string& database, std::int64_t now) {
  const std::string begin = database + std::string(kMark);
  if (!name.starts_with(begin)) return false;
  const auto parts = base::split(name.substr(begin.size()), '_');
  if (parts.size() != 3) return false;
  const auto pid = base::parse_signed(parts[1]);
  const auto seconds = base::parse_signed(parts[2]);
  if (!pid || *pid <= 0 || !seconds) return false;
  return parts[0] == host_mark() ? !is_alive(*pid) : now - *seconds > kSecondsInHour;
}

Clone::Clone(Execute execute, std::string database)
    : execute_(std::move(execute)),
      database_(std::move(database)),
      name_(fmt::format("{}{}{}_{}_{}",
                        database_,
                        kMark,
                        host_mark(),
                        ::getpid(),
                        base::unix_milliseconds() / 1000)) {
  drop_leftovers();
  (void)run_text(
      execute_,
      fmt::format("CREATE DATABASE {} CLONE {}", snow::sql_name(name_), snow::sql_name(database_)));
}

Clone::~Clone() {
  try {
    drop(name_);
  } catch (const base::Error& error) {
    log::warning(
        fmt::format("could not drop \"{}\": {}; the next preview does", name_, error.what()));
  }
}

void Clone::drop(const std::string& name) {
  (void)run_text(execute_, "DROP DATABASE IF EXISTS " + snow::sql_name(name));
}

void Clone::drop_leftovers() {
  const auto result = run_text(execute_, "SHOW DATABASES");
  const std::int64_t now = base::unix_milliseconds() / 1000;
  for (std::size_t row = 0; row < result.rows.size(); ++row) {
    const std::string& name = result.text(row, "name");
    if (is_leftover(name, database_, now)) drop(name);
  }
}

}  // namespace cdckit::snow_ddl
