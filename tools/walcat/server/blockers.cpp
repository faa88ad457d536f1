#include "tools/walcat/server/blockers.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/log/log.hpp"

namespace cdckit::walcat {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kNamed = 5;
constexpr std::chrono::seconds kFirst{3};
constexpr std::chrono::seconds kAgain{10};
constexpr const char* kHint =
    "It goes on when they have ended; SELECT pg_terminate_backend(PID) ends a process.";

// The role may see which transaction a session has, even where its state is hidden.
constexpr const char* kBlockers = R"(
  SELECT pid::text, '' AS gid, backend_xid::text, coalesce(usename, ''),
         coalesce(application_name, ''), coalesce(state, ''),
         floor(extract(epoch FROM clock_timestamp() - xact_start))::bigint AS age
    FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
  UNION ALL
  SELECT '', gid, transaction::text, owner, '', '',
         floor(extract(epoch FROM clock_timestamp() - prepared))::bigint
    FROM pg_prepared_xacts
   ORDER BY age DESC NULLS FIRST)";

std::string describe_one(const Blocker& blocker) {
  if (blocker.pid.empty()) {
    return "prepared transaction \"" + blocker.gid + "\" (" + blocker.user + ")";
  }
  std::string about;
  for (const auto& word : {blocker.user, blocker.application, blocker.state}) {
    if (!word.empty()) about += (about.empty() ? "" : ", ") + word;
  }
  if (blocker.age) {
    if (blocker.state.empty() && !about.empty()) about += ',';
    about += (about.empty() ? "for " : " for ") + base::format_duration(*blocker.age);
  }
  return "process " + blocker.pid + (about.empty() ? "" : " (" + about + ")");
}

}  // namespace

std::vector<Blocker> read_blockers(pg::Connection& connection) {
  const auto result = connection.query(kBlockers);
  std::vector<Blocker> blockers;
  for (int row = 0; row < result.rows(); ++row) {
    Blocker blocker{.pid = result.text(row, 0),
                    .gid = result.text(row, 1),
                    .xid = result.text(row, 2),
                    .user = result.text(row, 3),
                    .application = result.text(row, 4),
                    .state = result.text(row, 5),
                    .age = {}};
    if (const auto age = base::parse_signed(result.at(row, 6))) {
      blocker.age = std::chrono::seconds(*age);
    }
    blockers.push_back(std::move(blocker));
  }
  return blockers;
}

std::string describe(const std::vector<Blocker>& blockers) {
  std::string out;
  for (std::size_t i = 0; i < blockers.size() && i < kNamed; ++i) {
    out += (i == 0 ? "" : ", ") + describe_one(blockers[i]);
  }
  if (blockers.size() > kNamed) {
    out += " and " + std::to_string(blockers.size() - kNamed) + " more";
  }
  return out;
}

BlockerWatch::BlockerWatch(pg::ConnectOptions options, std::string slot)
    : options_(std::move(options)), slot_(std::move(slot)), next_(Clock::now() + kFirst) {
  options_.replication = false;
}

// A standby has no transactions of its own: it waits for the primary to tell which ones run there.
std::string BlockerWatch::ask() {
  if (connection_ == nullptr) connection_ = std::make_unique<pg::Connection>(options_);
  if (connection_->query("SELECT pg_is_in_recovery()").at(0, 0) == "t") {
    return "the primary to log its running transactions (there: SELECT pg_log_standby_snapshot())";
  }
  return describe(read_blockers(*connection_));
}

void BlockerWatch::tick() {
  if (Clock::now() < next_) return;
  next_ = Clock::now() + (said_.empty() ? std::chrono::seconds(1) : kAgain);
  try {
    const std::string now = ask();
    if (now.empty() || now == said_) return;
    const bool first = said_.empty() && !now.starts_with("the primary");
    log::warning("creating slot \"" + slot_ + "\" waits for " + now, {}, first ? kHint : "");
    said_ = now;
  } catch (const base::Error& error) {
    log::info("could not ask what keeps slot \"" + slot_ + "\" waiting: " + error.what());
    next_ = Clock::now() + std::chrono::minutes(1);
  }
}

}  // namespace cdckit::walcat
