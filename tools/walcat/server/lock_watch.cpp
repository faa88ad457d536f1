// tested by tests/integration/walcat/test_snapshot.py::test_who_has_locked_a_table_is_said
#include "tools/walcat/server/lock_watch.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/log/log.hpp"
#include "tools/walcat/server/blockers.hpp"

#include <array>
#include <utility>

namespace cdckit::walcat {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kFirst{3};
constexpr std::chrono::seconds kAgain{10};
constexpr const char* kHint =
    "It goes on when that has ended; SELECT pg_terminate_backend(PID) ends a process.";

// Whoever stands in the way of process $1, which waits for the table: those that hold it, prepared
// transactions among them, and those that wait before it.
constexpr const char* kHolders = R"(
  SELECT n.nspname || '.' || c.relname, b.pid, p.gid, coalesce(a.usename, p.owner, ''),
         coalesce(a.application_name, ''), coalesce(a.state, ''),
         floor(extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, p.prepared)))::bigint
    FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL (SELECT DISTINCT pid FROM unnest(pg_blocking_pids(l.pid)) pid) b
    LEFT JOIN pg_stat_activity a ON a.pid = b.pid
    LEFT JOIN pg_locks h ON b.pid = 0 AND h.pid IS NULL AND h.granted AND h.relation = l.relation
    LEFT JOIN pg_locks x ON x.virtualtransaction = h.virtualtransaction
                        AND x.locktype = 'transactionid'
    LEFT JOIN pg_prepared_xacts p ON p.transaction = x.transactionid
   WHERE l.pid = $1::int AND NOT l.granted AND l.database = (
           SELECT oid FROM pg_database WHERE datname = current_database())
   ORDER BY 1, 2, 3)";

std::string holder_of(pg::Connection& connection, int process) {
  const std::string number = std::to_string(process);
  const std::array<pg::Parameter, 1> parameters{pg::Parameter(number)};
  const auto result = connection.query(kHolders, parameters);
  if (result.rows() == 0) return "";
  std::vector<Blocker> holders;
  for (int row = 0; row < result.rows(); ++row) {
    Blocker holder{.pid = result.at(row, 1) == "0" ? "" : result.text(row, 1),
                   .gid = result.text(row, 2),
                   .user = result.text(row, 3),
                   .application = result.text(row, 4),
                   .state = result.text(row, 5)};
    if (const auto age = base::parse_signed(result.at(row, 6))) {
      holder.age = std::chrono::seconds(*age);
    }
    holders.push_back(std::move(holder));
  }
  return "table \"" + result.text(0, 0) + "\", which is locked by " + describe(holders);
}

}  // namespace

LockWatch::LockWatch(pg::Connection& connection,
                     signals::StopToken stop,
                     std::function<void()> tick)
    : connection_(connection), stop_(stop), tick_(std::move(tick)) {
  connection_.watch(stop, [this] { second_passed(); });
}

// Called while one query waits; a pause in the calls means that another one does.
void LockWatch::second_passed() {
  if (tick_) tick_();
  const auto now = Clock::now();
  if (now - last_tick_ > std::chrono::seconds(2)) next_ = now + kFirst - std::chrono::seconds(1);
  last_tick_ = now;
  if (now < next_) return;
  std::string now_seen = ask();
  next_ = now + (now_seen.empty() ? std::chrono::seconds(1) : kAgain);
  if (now_seen.empty()) return;
  log::warning("waits for " + now_seen, {}, seen_.empty() ? kHint : "");
  seen_ = std::move(now_seen);
}

std::string LockWatch::ask() {
  try {
    if (other_ == nullptr) {
      auto options = connection_.options();
      options.replication = false;
      options.connect_timeout = std::chrono::seconds(1);
      options.hurried = true;  // a stop must not wait for it
      options.stop = stop_;
      other_ = std::make_unique<pg::Connection>(options);
    }
    return holder_of(*other_, connection_.backend_pid());
  } catch (const base::Error& error) {
    log::info(std::string("could not ask what a query waits for: ") + error.what());
    other_.reset();
    return "";
  }
}

}  // namespace cdckit::walcat
