#include "tools/opensky-fetch/commands/check.hpp"

#include "common/cli/check_line.hpp"
#include "common/http/environment.hpp"
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

std::string poll_detail(Poller& poller, const RequestSettings& request) {
  std::uint64_t rows = 0;
  (void)poller.poll([&](const Snapshot& snapshot) {
    rows = count_rows(request.endpoint, snapshot);
    return true;
  });
  std::string detail = fmt::format("{}: {} rows", source_url(request), rows);
  if (const auto credits = poller.credits()) detail += fmt::format(", {} credits left", *credits);
  return detail;
}

}  // namespace

ExitCode check_replay(const ReplaySettings& replay, Endpoint endpoint) {
  return check_one("replay", [&] {
    std::uint64_t snapshots = 0;
    ReplayFeed feed({.path = replay.path}, endpoint, {.count = 1}, {}, [](auto) { return false; });
    (void)feed.next([&](const Snapshot&) {
      ++snapshots;
      return true;
    });
    return fmt::format(
        "{}: the first snapshot is {}", replay.path, snapshots == 1 ? "readable" : "missing");
  });
}

ExitCode check_service(const RequestSettings& request,
                       const ServiceSettings& service,
                       const cli::Context& context) {
  cli::print_check("https", true, http::describe_environment(service.ca_file));
  std::optional<Poller> poller;
  const ExitCode credentials = check_one("credentials", [&]() -> std::string {
    ServiceSettings silent = service;
    silent.record.clear();
    poller.emplace(request, silent, context.stop());
    poller->log_in();
    return poller->anonymous() ? "none: the polls are anonymous" : service.auth_url;
  });
  if (!poller || credentials != ExitCode::done) return credentials;
  return check_one(name_of(request.endpoint), [&] { return poll_detail(*poller, request); });
}

}  // namespace cdckit::opensky_fetch
