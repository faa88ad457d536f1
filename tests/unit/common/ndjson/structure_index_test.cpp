#include "common/ndjson/structure_index.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using cdckit::ndjson::StructureIndex;

TEST_CASE("brackets, colons, commas and the first bytes of values") {
  StructureIndex index;
  const std::string text = R"({"a:\"b" : [1, true]} )";
  const std::uint32_t* offsets = index.find(text, false);
  REQUIRE(offsets != nullptr);
  CHECK(std::vector<std::uint32_t>(offsets, offsets + 11) ==
        std::vector<std::uint32_t>{0, 1, 9, 11, 12, 13, 15, 19, 20, 22, 22});
}

TEST_CASE("what it refuses, whatever the length") {
  StructureIndex index;
  for (const std::size_t size : {0U, 1U, 50U, 63U, 64U, 500U, 100'000U}) {
    const std::string filler(size, 'x');
    CHECK(index.find("\"" + filler + "\"", false) != nullptr);
    CHECK(index.find("\"" + filler, false) == nullptr);
    CHECK(index.find("\"" + filler + "\xC3\"", false) == nullptr);
    CHECK(index.find("\"" + filler + "\n\"", false) == nullptr);
  }
  CHECK(index.find("", false) == nullptr);
}
