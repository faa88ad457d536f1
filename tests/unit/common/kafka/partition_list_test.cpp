#include "common/kafka/partition_list.hpp"

#include <doctest/doctest.h>

namespace kafka = cdckit::kafka;

TEST_CASE("offsets go into a list and come back") {
  const kafka::Offsets offsets = {{{"a", 0}, 17}, {{"a", 3}, 0}, {{"b.c", 1}, 4}};
  const auto list = kafka::to_list(offsets);
  CHECK(list->cnt == 3);
  CHECK(kafka::from_list(*list, kafka::kNoOffset) == offsets);
}

TEST_CASE("a partition without an offset gets what stands for it") {
  const auto list = kafka::to_list(std::vector<kafka::Partition>{{"a", 2}});
  CHECK(kafka::from_list(*list, kafka::kOffsetEnd) ==
        kafka::Offsets{{{"a", 2}, kafka::kOffsetEnd}});
}

TEST_CASE("where a group is put on purpose says so") {
  const kafka::Offsets offsets = {{{"a", 0}, 17}};
  const auto list = kafka::to_place(offsets);
  CHECK(kafka::from_list(*list, kafka::kNoOffset) == offsets);
  CHECK(list->elems[0].metadata_size > 0);
  CHECK(kafka::to_list(offsets)->elems[0].metadata_size == 0);
}

TEST_CASE("starting points become the library's numbers") {
  CHECK(kafka::to_library_offset(kafka::kOffsetBeginning) == RD_KAFKA_OFFSET_BEGINNING);
  CHECK(kafka::to_library_offset(kafka::kOffsetEnd) == RD_KAFKA_OFFSET_END);
  CHECK(kafka::to_library_offset(12) == 12);
}
