#include "tools/opensky-fetch/run.hpp"

#include "tools/opensky-fetch/commands/check.hpp"
#include "tools/opensky-fetch/commands/plan.hpp"
#include "tools/opensky-fetch/feed/live_feed.hpp"
#include "tools/opensky-fetch/feed/replay_feed.hpp"
#include "tools/opensky-fetch/output/publisher.hpp"
#include "tools/opensky-fetch/request/queries.hpp"

#include <memory>
#include <unistd.h>

namespace cdckit::opensky_fetch {
namespace {

std::unique_ptr<Feed> make_feed(const Options& options, cli::Context& context, const Pause& pause) {
  if (!options.replay.empty()) return std::make_unique<ReplayFeed>(options, context.stop(), pause);
  return std::make_unique<LiveFeed>(options, context.stop(), context.metrics(), pause);
}

void play(Feed& feed, Publisher& publisher) {
  const Deliver deliver = [&](const Snapshot& snapshot) { return publisher.deliver(snapshot); };
  try {
    while (feed.next(deliver)) {
    }
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::output_closed) publisher.flush();
    throw;
  }
}

}  // namespace

base::ExitCode run(const Options& given, cli::Context& context) {
  check(given);
  Options options = given;
  resolve_areas(options);
  if (options.plan) return print_plan(options);
  if (context.options().check) return check_connections(options, context);
  const bool live = options.replay.empty();
  Publisher publisher(
      context, options, live ? source_url(options) : "file:" + options.replay, STDOUT_FILENO);
  const Pause pause = [&](std::chrono::milliseconds duration) { return publisher.pause(duration); };
  const std::unique_ptr<Feed> feed = make_feed(options, context, pause);
  play(*feed, publisher);
  return publisher.finish();
}

}  // namespace cdckit::opensky_fetch
