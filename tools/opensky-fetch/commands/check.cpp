#include "tools/opensky-fetch/commands/check.hpp"

#include "common/cli/check_line.hpp"
#include "tools/opensky-fetch/feed/replay_feed.hpp"
#include "tools/opensky-fetch/request/queries.hpp"
#include "tools/opensky-fetch/rows/each_row.hpp"
#include "tools/opensky-fetch/service/poller.hpp"

#include <functional>

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

using base::ExitCode;

// `attempt` gives the detail of a success.
ExitCode check_one(std::string_view name, const std::function<std::string()>& attempt) {
  try {
    cli::print_check(name, true, attempt());
    return ExitCode::done;
  } catch (const base::Error& error) {
    if (error.kind() == base::ErrorKind::output_closed) throw;
    cli::print_check(name, false, error.what(), error.hint());
    return base::exit_code_for(error.kind());
  }
}

std::string poll_detail(Poller& poller, const Options& options) {
  std::uint64_t rows = 0;
  (void)poller.poll([&](const Snapshot& snapshot) {
    rows = count_rows(options.endpoint, snapshot);
    return true;
  });
  std::string detail = fmt::format("{}: {} rows", source_url(options), rows);
  if (const auto credits = poller.credits()) detail += fmt::format(", {} credits left", *credits);
  return detail;
}

ExitCode check_replay(const Options& options) {
  return check_one("replay", [&] {
    std::uint64_t snapshots = 0;
    Options first = options;
    first.count = 1;
    first.every.reset();
    ReplayFeed feed(first, {}, [](std::chrono::milliseconds) { return false; });
    (void)feed.next([&](const Snapshot&) {
      ++snapshots;
      return true;
    });
    return fmt::format(
        "{}: the first snapshot is {}", options.replay, snapshots == 1 ? "readable" : "missing");
  });
}

}  // namespace

ExitCode check_connections(const Options& options, const cli::Context& context) {
  if (!options.replay.empty()) return check_replay(options);
  std::optional<Poller> poller;
  const ExitCode credentials = check_one("credentials", [&]() -> std::string {
    Options silent = options;
    silent.record.clear();
    poller.emplace(silent, context.stop());
    poller->log_in();
    return poller->anonymous() ? "none: the polls are anonymous" : options.auth_url;
  });
  if (!poller || credentials != ExitCode::done) return credentials;
  return check_one(name_of(options.endpoint), [&] { return poll_detail(*poller, options); });
}

}  // namespace cdckit::opensky_fetch
