#include "tools/snow-put/channel/old_shards.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::snow_put;

TEST_CASE("which shard a key goes to never changes") {
  CHECK(shard_of(R"({"id":1})", 1) == 0);
  CHECK(shard_of("", 8) == 0);
  std::vector<int> counts(4);
  for (int i = 0; i < 1000; ++i) ++counts[shard_of("{\"id\":" + std::to_string(i) + "}", 4)];
  for (const int count : counts) CHECK(count > 150);
  CHECK(shard_of(R"({"id":1})", 4) == 0);  // as it was when this was written
}

TEST_CASE("names of shards") {
  CHECK(shard_name("p_s.t", {0, 1}) == "p_s.t");
  CHECK(shard_name("p_s.t", {2, 4}) == "p_s.t_2of4");
  CHECK(parse_shard_name("p_s.t_2of4", "p_s.t")->shard == 2);
  CHECK(parse_shard_name("p_s.t", "p_s.t")->shards == 1);
  for (const char* other : {"p_s.t2", "p_s.t_x", "p_s.t_4of4", "p_s.t_0of1", "q", "p_s.t_aofb"})
    CHECK_FALSE(parse_shard_name(other, "p_s.t").has_value());
}

TEST_CASE("a row that its shard of then covers is in") {
  OldShards old;
  const std::string key = R"({"id":1})";
  event::Marks marks;
  marks.advance({event::Origin::stream, {5, 1}, 0});
  old.add({shard_of(key, 4), 4}, marks);
  CHECK(old.cover(key, {event::Origin::stream, {5, 1}, 0}));
  CHECK_FALSE(old.cover(key, {event::Origin::stream, {6, 1}, 0}));
  CHECK_FALSE(old.cover(key, {event::Origin::snapshot, {5, 1}, 0}));
}
