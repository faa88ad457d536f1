#include "tools/pg-load/target/position_store.hpp"

#include <doctest/doctest.h>

using namespace cdckit::pg_load;

TEST_CASE("a source is named by what does not change when it moves on") {
  CHECK(source_id(R"({"system_id":"73","timeline":1,"slot":"s","database":"d"})") == "73/s/d");
  CHECK(source_id(R"({"system_id":"73","timeline":2,"slot":"s","database":"d"})") == "73/s/d");
  CHECK(source_id(R"({"cluster":"c1","group":"g"})") == "c1/g");
  CHECK(source_id(R"({"url":"x"})") == R"({"url":"x"})");
}

TEST_CASE("one database read by two slots") {
  CHECK(same_database("73/s/d", "73/s2/d"));
  CHECK(same_database("73/s/d/e", "73/s2/d/e"));
  CHECK(same_database("c1/g", "c1/g"));
  CHECK_FALSE(same_database("73/s/d", "73/s/e"));
  CHECK_FALSE(same_database("73/s/d", "74/s/d"));
  CHECK_FALSE(same_database("c1/g", "c1/h"));
  CHECK_FALSE(same_database("a", "b"));
}

TEST_CASE("positions that were not committed go back") {
  PositionStore store;
  CHECK_FALSE(store.is_open());
  std::string& mark = store.at("");
  mark = "1";
  const PositionStore::Moves moves = store.moves();
  CHECK(moves.size() == 1);
  mark = "2";  // moved on while the first move is on its way
  store.saved(moves);
  REQUIRE(store.moves().size() == 1);
  CHECK(store.moves()[0].stored == "1");
  CHECK(store.moves()[0].current == "2");
  store.revert();
  CHECK(mark == "1");
  CHECK(store.moves().empty());
  CHECK(&store.at("") == &mark);
}

TEST_CASE("each part of a source moves forward only") {
  PositionStore store;
  cdckit::event::Event event;
  event.op = 'c';
  event.pos = "0A/01";
  CHECK(store.advance(event));
  CHECK(store.advance(event));  // not kept: the source is not tracked
  CHECK(store.at("").empty());
}
