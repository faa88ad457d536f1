// tested by tests/integration/snow-put/test_merge.py::test_merges_exclude_each_other
#include "tools/snow-put/merge/merge_lock.hpp"

#include "common/base/clock.hpp"
#include "common/base/text.hpp"
#include "common/log/log.hpp"
#include "common/snow/identifiers.hpp"

#include <algorithm>
#include <array>
#include <unistd.h>
#include <utility>

namespace cdckit::snow_put {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPoll{500};
constexpr const char* kExpiry = "DATEADD(second, 60, SYSDATE())";

std::string make_owner() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  return std::string(host.data()) + ":" + std::to_string(::getpid()) + ":" + base::random_id();
}

}  // namespace

MergeLock::MergeLock(snow::SqlApi& api, snow::TableAddress state, std::string prefix)
    : api_(api), state_(std::move(state)), prefix_(std::move(prefix)), owner_(make_owner()) {}

MergeLock::~MergeLock() {
  if (!held_) return;
  try {
    api_.run(release_sql());
  } catch (const base::Error& error) {
    log::debug(std::string("could not let go of the merge lock: ") + error.what());
  }
}

std::string MergeLock::row() const {
  return " WHERE \"PREFIX\" = " + snow::sql_text(prefix_) + " AND \"TABLE_NAME\" = ''";
}

std::string MergeLock::hold_sql() const {
  return "UPDATE " + snow::sql_name(state_) + " SET \"LOCK_EXPIRES\" = " + kExpiry + row() +
         " AND \"LOCK_OWNER\" = " + snow::sql_text(owner_);
}

std::string MergeLock::assert_sql() const {
  return "SELECT 1 / COUNT(*) FROM " + snow::sql_name(state_) + row() +
         " AND \"LOCK_OWNER\" = " + snow::sql_text(owner_);
}

std::string MergeLock::release_sql() const {
  return "UPDATE " + snow::sql_name(state_) +
         " SET \"LOCK_OWNER\" = NULL, \"LOCK_EXPIRES\" = NULL" + row() +
         " AND \"LOCK_OWNER\" = " + snow::sql_text(owner_);
}

// Two that insert the row at once make two of it; the update that comes first takes both.
bool MergeLock::try_once() {
  const std::string take =
      "UPDATE " + snow::sql_name(state_) + " SET \"LOCK_OWNER\" = " + snow::sql_text(owner_) +
      ", \"LOCK_EXPIRES\" = " + kExpiry + row() +
      " AND (\"LOCK_OWNER\" IS NULL OR \"LOCK_OWNER\" = " + snow::sql_text(owner_) +
      " OR \"LOCK_EXPIRES\" < SYSDATE())";
  if (api_.run(take).updated > 0) return true;
  ask_holder();
  if (!holder_.empty()) return false;
  api_.run("INSERT INTO " + snow::sql_name(state_) +
           " (\"PREFIX\", \"TABLE_NAME\", \"UPDATED_AT\") SELECT " + snow::sql_text(prefix_) +
           ", '', SYSDATE() WHERE NOT EXISTS (SELECT 1 FROM " + snow::sql_name(state_) + row() +
           ")");
  return api_.run(take).updated > 0;
}

void MergeLock::ask_holder() {
  const snow::StatementResult result =
      api_.run("SELECT \"LOCK_OWNER\", \"LOCK_EXPIRES\"::VARCHAR AS \"UNTIL\" FROM " +
               snow::sql_name(state_) + row() + " AND \"LOCK_OWNER\" IS NOT NULL");
  holder_ = result.rows.empty()
                ? ""
                : result.text(0, "LOCK_OWNER") + " until " + result.text(0, "UNTIL") + " UTC";
}

bool MergeLock::acquire(milliseconds patience, const signals::StopToken& stop) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!held_) {
    held_ = try_once();
    if (held_ || std::chrono::steady_clock::now() >= end) break;
    if (stop.sleep_for(kPoll)) break;
  }
  return held_;
}

}  // namespace cdckit::snow_put
