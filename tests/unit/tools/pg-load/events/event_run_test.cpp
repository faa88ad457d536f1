#include "tools/pg-load/events/event_run.hpp"

#include "tests/unit/tools/pg-load/context_of.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

namespace {

base::ExitCode run(const std::string& text, const std::string& on_error) {
  const tests::StandardInput input(text);
  cli::CommonOptions common;
  common.on_error = on_error;
  cli::Context context("pg-load", common, signals::StopToken{});
  Session session(tests::nowhere());
  const Options options;
  EventRun events(options, context, session);
  return events.run();
}

}  // namespace

TEST_CASE("no events need no server") {
  CHECK(run("", "stop") == base::ExitCode::done);
  CHECK(run("{\"id\":1}\n", "skip") == base::ExitCode::differences);
  CHECK_THROWS_AS(run("{\"id\":1}\n", "stop"), base::Error);
}

TEST_CASE("a tracked source needs its position first") {
  CHECK_THROWS_AS(
      run("{\"__cdc\":\"hello\",\"v\":1,\"run\":\"r\",\"source\":{\"a\":1},\"from\":\"\"}\n",
          "stop"),
      base::Error);
}
