#include "common/event/marks.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using event::Marks;
using event::Origin;

TEST_CASE("stream and snapshot rows keep marks of their own") {
  Marks marks;
  CHECK(marks.token() == "0000000000000000/0000000000000000");
  marks.advance({Origin::snapshot, {0x20, 3}});
  CHECK(marks.token() == "0000000000000000/0000000000000000~0000000000000020/0000000000000003");
  CHECK_FALSE(marks.cover({Origin::stream, {0x10, 1}}));
  CHECK(marks.cover({Origin::snapshot, {0x20, 3}}));
  CHECK_FALSE(marks.cover({Origin::snapshot, {0x20, 4}}));
  marks.advance({Origin::stream, {0x10, 1}});
  CHECK(marks.cover({Origin::stream, {0x10, 1}}));
  CHECK(marks.token() == "0000000000000010/0000000000000001~0000000000000020/0000000000000003");
}

TEST_CASE("tokens come back as they were") {
  for (const char* text :
       {"",
        "00000000016B3748/0000000000000002",
        "00000000016B3748/0000000000000002~0000000000000001/0000000000000002",
        "@00000000000000FF",
        "#0000000000000001/0000000000000002",
        "0000000000000001/0000000000000001~0000000000000002/0000000000000002@0000000000000003"}) {
    const auto marks = Marks::parse(text);
    REQUIRE(marks);
    if (*text != '\0') CHECK(marks->token() == text);
  }
  for (const char* text : {"abc", "~", "1~2", "@", "0000000000000001/0000000000000001~"}) {
    CHECK_FALSE(Marks::parse(text));
  }
}

TEST_CASE("events without a position go by their Kafka offset, plain rows are never known") {
  Marks marks;
  marks.advance({Origin::offset, {77, 5}});
  CHECK(marks.token() == "@0000000000000005");
  CHECK(marks.cover({Origin::offset, {99, 5}}));
  CHECK_FALSE(marks.cover({Origin::offset, {1, 6}}));
  marks.advance({Origin::plain, {1, 1}});
  CHECK_FALSE(marks.cover({Origin::plain, {1, 1}}));
}
