#include "tools/opensky-fetch/run.hpp"

#include "common/log/progress.hpp"
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
  if (!options.replay.live()) {
    return std::make_unique<ReplayFeed>(
        options.replay, options.request.endpoint, options.schedule, context.stop(), pause);
  }
  return std::make_unique<LiveFeed>(
      LiveSettings{options.request, options.service, options.quota, options.schedule},
      context.stop(),
      context.metrics(),
      pause,
      &log::own_progress());
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
  resolve(options);
  if (options.plan)
    return print_plan(options.request, options.schedule.every, options.quota.budget);
  const bool live = options.replay.live();
  if (context.options().check) {
    return live ? check_service(options.request, options.service, context)
                : check_replay(options.replay, options.request.endpoint);
  }
  Publisher publisher(context,
                      {options.request, options.output, options.schedule.max_wait},
                      live ? source_url(options.request) : "file:" + options.replay.path,
                      STDOUT_FILENO);
  const Pause pause = [&](std::chrono::milliseconds duration) { return publisher.pause(duration); };
  const std::unique_ptr<Feed> feed = make_feed(options, context, pause);
  play(*feed, publisher);
  return publisher.finish();
}

}  // namespace cdckit::opensky_fetch
