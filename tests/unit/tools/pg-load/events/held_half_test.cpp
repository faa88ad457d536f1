#include "tools/pg-load/events/held_half.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

namespace {

event::Event first() {
  event::Event event;
  event.line = "line";
  event.op = 'd';
  event.pos = "00000000000000A0/0000000000000009";
  event.key = R"({"id":1})";
  event.new_key = R"({"id":2})";
  event.kafka = R"({"topic":"t","partition":0})";
  return event;
}

event::Event second(std::string_view pos = "00000000000000A0/000000000000000A") {
  event::Event event;
  event.op = 'c';
  event.pos = pos;
  event.key = R"({"id":2})";
  event.old_key = R"({"id":1})";
  event.kafka = R"({"topic":"t","partition":1})";
  return event;
}

}  // namespace

TEST_CASE("in a stream a second half always moves a row") {
  event::Event event = second();
  event.kafka = {};
  CHECK(HeldHalf().completed_by(event));
  event.old_key = {};
  CHECK_FALSE(is_second_half(event));
  CHECK_FALSE(HeldHalf().completed_by(event));
}

TEST_CASE("from Kafka it does so only right after its first half") {
  HeldHalf held;
  CHECK_FALSE(held.completed_by(second()));
  held.put(7, 3, first());
  CHECK(held.line() == "line");
  CHECK(held.line_number() == 7);
  CHECK(held.index() == 3);
  CHECK(held.completed_by(second()));
  CHECK_FALSE(held.completed_by(second("00000000000000A0/000000000000000B")));
  CHECK_FALSE(held.completed_by(second("00000000000000B0/000000000000000A")));
  CHECK_FALSE(held.completed_by(second("")));
  event::Event other = second();
  other.key = R"({"id":3})";
  CHECK_FALSE(held.completed_by(other));
  held.clear();
  CHECK_FALSE(held.completed_by(second()));
}
