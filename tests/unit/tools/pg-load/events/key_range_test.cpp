#include "tools/pg-load/events/key_range.hpp"

#include "tests/unit/tools/pg-load/tables.hpp"
#include "tools/pg-load/value/codec.hpp"

#include <doctest/doctest.h>

using namespace cdckit::pg_load;

namespace {

// `count` rows whose keys begin at `first`, `step` apart.
template <class Integer>
void fill(EventFold& fold, Integer first, int count, int step) {
  for (int i = 0; i < count; ++i) {
    std::string& buffer = fold.buffer();
    EncodedEvent event{.op = 'u', .offset = buffer.size()};
    append_bytes_field(buffer, "u");
    append_null_field(buffer);
    event.key_offset = buffer.size();
    append_integer_field(buffer, static_cast<Integer>(first + i * step));
    event.key_length = buffer.size() - event.key_offset;
    REQUIRE(fold.add(event, {0}));
  }
}

}  // namespace

TEST_CASE("every second number of a range is dense, every third is not") {
  EventFold dense;
  fill<std::int32_t>(dense, 7, 1000, 2);
  const auto range = dense_range(tests::sample(), dense);
  REQUIRE(range);
  CHECK(range->first == 7);
  CHECK(range->last == 2005);
  EventFold sparse;
  fill<std::int32_t>(sparse, 7, 1000, 3);
  CHECK_FALSE(dense_range(tests::sample(), sparse));
}

TEST_CASE("negative numbers and those of other sizes are what they are") {
  TargetTable target = tests::sample();
  EventFold ints;
  fill<std::int32_t>(ints, -500, 1000, 1);
  CHECK(dense_range(target, ints)->first == -500);
  CHECK(dense_range(target, ints)->last == 499);
  target.columns[0].codec = Codec::int8;
  EventFold longs;
  fill<std::int64_t>(longs, -5'000'000'000, 1000, 1);
  CHECK(dense_range(target, longs)->first == -5'000'000'000);
  target.columns[0].codec = Codec::int2;
  EventFold shorts;
  fill<std::int16_t>(shorts, -300, 1000, 1);
  CHECK(dense_range(target, shorts)->last == 699);
}

TEST_CASE("the whole range of numbers is no dense one") {
  TargetTable target = tests::sample();
  target.columns[0].codec = Codec::int8;
  EventFold wide;
  fill<std::int64_t>(wide, std::numeric_limits<std::int64_t>::min(), 999, 1);
  fill<std::int64_t>(wide, std::numeric_limits<std::int64_t>::max(), 1, 1);
  CHECK_FALSE(dense_range(target, wide));
}

TEST_CASE("few rows, other keys and keys of two columns are looked up one by one") {
  EventFold few;
  fill<std::int32_t>(few, 1, 999, 1);
  CHECK_FALSE(dense_range(tests::sample(), few));
  fill<std::int32_t>(few, 1000, 1, 1);
  CHECK(dense_range(tests::sample(), few));
  TargetTable target = tests::sample();
  target.key = {0, 1};
  CHECK_FALSE(dense_range(target, few));
  target.key = {1};
  CHECK_FALSE(dense_range(target, few));
}
