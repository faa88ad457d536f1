#include "tools/snow-put/rows/place.hpp"

#include "tests/unit/tools/snow-put/decoded_line.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace cdckit;
using Line = test::DecodedLine;
using snow_put::Placer;

namespace {

constexpr const char* kBody =
    R"("before":null,"after":{},"source":{"schema":"s","table":"t","lsn":5,"ts_us":7},"op":"c"})";

}  // namespace

TEST_CASE("an event's place is its position") {
  Placer placer;
  const Line line(std::string(R"({"pos":"0000000000000001/0000000000000002","key":{"id":1},)") +
                  kBody);
  const auto placed = placer.place(line.event);
  CHECK(placed.reason == nullptr);
  CHECK(placed.origins.table == "t");
  CHECK(placed.origins.key == R"({"id":1})");
  CHECK(placed.position.position == event::Position{1, 2});
  CHECK(placed.ts_us == 7);
}

TEST_CASE("without one the offset is, with the row's LSN before it") {
  Placer placer;
  const Line line(
      std::string(R"({"kafka":{"topic":"a.b","partition":3,"offset":9,"timestamp":11},)") + kBody);
  const auto placed = placer.place(line.event);
  CHECK(placed.reason == nullptr);
  CHECK(placed.position.origin == event::Origin::offset);
  CHECK(placed.position.position == event::Position{5, 9});
  CHECK(placed.position.timestamp == 11);
  CHECK(placed.origins.topic == "a.b");
  CHECK(placed.origins.partition == "3");
}

TEST_CASE("a row of an incremental snapshot is as new as what had been read by then") {
  Placer placer;
  const Line line(
      R"({"kafka":{"topic":"a.b","partition":3,"offset":9},"before":null,"after":{},"op":"r",)"
      R"("source":{"schema":"s","table":"t","lsn":null,"sequence":"[\"41\",\"42\"]"}})");
  CHECK(placer.place(line.event).position.position == event::Position{42, 9});
  const Line older(
      R"({"kafka":{"topic":"a.b","partition":3,"offset":9},"before":null,"after":{},"op":"r",)"
      R"("source":{"schema":"s","table":"t"}})");
  CHECK(placer.place(older.event).position.position == event::Position{0, 9});
}

TEST_CASE("without either there is none") {
  Placer placer;
  const Line line(std::string("{") + kBody);
  CHECK(placer.place(line.event).reason != nullptr);
}

TEST_CASE("plain rows: by offset, or by nothing") {
  const Line from_kafka(R"({"kafka":{"topic":"t","partition":0,"offset":4},"a":1})");
  CHECK(Placer::place_row(from_kafka.event).position.origin == event::Origin::offset);
  const Line plain(R"({"a":1})");
  CHECK(Placer::place_row(plain.event).position.origin == event::Origin::plain);
  const Line own(R"({"kafka":"the writer"})");
  CHECK(Placer::place_row(own.event).position.origin == event::Origin::plain);
}
