#include "tools/pg-load/events/event_collector.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/pg-load/context_of.hpp"
#include "tests/unit/tools/pg-load/input_of.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

// What lines mean to a server is in tests/integration/pg-load.
TEST_CASE("lines that need no table open none") {
  const tests::Pipe pipe("");
  event::Input input(tests::settings(pipe.fd(), event::OnError::stop));
  Rejects rejects(input, -1);
  Session session(tests::nowhere());
  Applier applier(session);
  const LineStore lines;
  const Options options;
  int opened = 0;
  EventCollector collector(options, applier, rejects, lines, [&] {
    ++opened;
    applier.begin();
  });
  event::Event message;
  message.op = 'm';
  collector.take(0, 1, message);
  event::Control control;
  control.kind = event::ControlKind::begin;
  collector.take(1, control);
  CHECK(opened == 0);
  CHECK(collector.is_whole());
  event::Event change;
  change.op = 'c';
  change.source = R"({"schema":"s","table":"t"})";
  CHECK_THROWS_AS(collector.take(2, 3, change), base::Error);
  CHECK(opened == 1);
}
