#include "tools/pg-load/run.hpp"

#include "tools/pg-load/commands/check.hpp"
#include "tools/pg-load/events/event_run.hpp"
#include "tools/pg-load/rows/row_run.hpp"

#include <malloc.h>

namespace cdckit::pg_load {
namespace {

// A buffer of a megabyte or more goes back to the system when it is freed. By itself the allocator
// learns to keep such ones, and a load of many tables takes half as much memory again.
void give_large_buffers_back() {
  constexpr int kLarge = 1 << 20;
  mallopt(M_MMAP_THRESHOLD, kLarge);
}

}  // namespace

base::ExitCode run(const Options& options, cli::Context& context) {
  give_large_buffers_back();
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
