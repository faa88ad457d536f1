#include "tools/pg-load/run.hpp"

#include "tools/pg-load/commands/check.hpp"
#include "tools/pg-load/events/event_run.hpp"
#include "tools/pg-load/rows/row_run.hpp"

namespace cdckit::pg_load {

base::ExitCode run(const Options& options, cli::Context& context) {
  retry::Policy policy;
  policy.give_up_after = options.retry_for;
  Session session({.conninfo = options.conninfo,
                   .policy = policy,
                   .stop = context.stop(),
                   .replica = options.mode() == Mode::events});
  if (context.options().check) return check(options, session);
  if (options.mode() == Mode::events) {
    EventRun events(options, context, session);
    return events.run();
  }
  RowRun rows(options, context, session);
  return rows.run();
}

}  // namespace cdckit::pg_load
