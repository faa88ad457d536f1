#include "tools/pg-load/events/collected_run.hpp"

#include "tests/unit/tools/pg-load/input_of.hpp"
#include "tests/unit/tools/pg-load/tables.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

TEST_CASE("events that a picture holds already are known by their commit") {
  const tests::Pipe pipe("");
  event::Input input(tests::settings(pipe.fd(), event::OnError::skip));
  Rejects rejects(input, -1);
  Session session({.conninfo = "host=127.0.0.1 port=1 sslmode=disable", .policy = {}, .stop = {}});
  const Options options;
  EventTables tables(options);
  PositionStore positions;
  const LineStore lines;
  Applier applier(session);
  CollectedRun run(applier, tables, positions, rejects, lines);
  EventTable table(tests::sample(), {}, {}, tests::plain_stream());
  event::Event event;
  event.op = 'u';
  event.pos = "00000000000000A0/0000000000000001";
  run.know_horizon(table);
  CHECK_FALSE(run.in_picture(table, event));
  table.picture().set_horizon(0xA0);
  CHECK(run.in_picture(table, event));
  table.picture().set_horizon(0x9F);
  CHECK_FALSE(run.in_picture(table, event));
  event.op = 'r';
  table.picture().set_horizon(0xFF);
  CHECK_FALSE(run.in_picture(table, event));
  run.reject(3, table, "why", "23505");
  run.reject(3, table, "why", "23505");
  CHECK(rejects.pending() == 1);
  CHECK(table.receipt().rejected == 1);
}

TEST_CASE("the horizon comes from what the target has stored") {
  const tests::Pipe pipe("");
  event::Input input(tests::settings(pipe.fd(), event::OnError::skip));
  Rejects rejects(input, -1);
  Session session({.conninfo = "host=127.0.0.1 port=1 sslmode=disable", .policy = {}, .stop = {}});
  const Options options;
  EventTables tables(options);
  PositionStore positions;
  positions.at("snapshot public.t") = "00000000000000FF";
  const LineStore lines;
  Applier applier(session);
  CollectedRun run(applier, tables, positions, rejects, lines);
  EventTable table(tests::sample(), {}, {}, tests::plain_stream());
  run.know_horizon(table);
  CHECK(table.picture().horizon() == 0xFF);
}
