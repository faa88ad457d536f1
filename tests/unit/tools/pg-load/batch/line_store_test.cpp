#include "tools/pg-load/batch/line_store.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace cdckit::pg_load;

namespace {

std::vector<std::string> read(const LineStore& store, std::uint64_t from, std::uint64_t to) {
  std::vector<std::string> lines;
  store.for_each(from, to, [&](const StoredLine& line) {
    lines.push_back(std::to_string(line.number) + ":" + std::to_string(line.mark) + ":" +
                    std::string(line.text));
  });
  return lines;
}

}  // namespace

TEST_CASE("lines come back in order with number and mark, from memory and from the file") {
  for (const std::size_t limit : {std::size_t{1} << 20U, std::size_t{100}, std::size_t{0}}) {
    LineStore store(limit);
    for (std::uint64_t i = 0; i < 50; ++i)
      store.append({.number = i * 2,
                    .mark = static_cast<std::uint32_t>(i % 2),
                    .text = std::string(i, 'x')});
    CHECK(store.size() == 50);
    CHECK(store.bytes() == 49 * 50 / 2);
    CHECK(read(store, 0, 50).size() == 50);
    CHECK(read(store, 3, 5) == std::vector<std::string>{"6:1:xxx", "8:0:xxxx"});
    CHECK(read(store, 49, 100).size() == 1);
  }
}

TEST_CASE("a line longer than the reading piece") {
  LineStore store(10);
  const std::string large(3U << 20U, 'y');
  store.append({.number = 1, .mark = 0, .text = large});
  store.append({.number = 2, .mark = 0, .text = "z"});
  CHECK(read(store, 0, 2).front().size() == large.size() + 4);
  CHECK(read(store, 1, 2) == std::vector<std::string>{"2:0:z"});
}

TEST_CASE("every range of many lines, on both sides of the border between file and memory") {
  LineStore store(5000);
  for (std::uint64_t i = 0; i < 1500; ++i)
    store.append({.number = i, .mark = 7, .text = std::string(i % 5, 'x')});
  for (const std::uint64_t from :
       {0U, 1U, 255U, 256U, 257U, 511U, 600U, 1023U, 1024U, 1400U, 1499U, 1500U}) {
    for (const std::uint64_t length : {1U, 2U, 255U, 256U, 257U, 900U, 2000U}) {
      const auto lines = read(store, from, from + length);
      CHECK(lines.size() == std::min<std::uint64_t>(length, 1500 - from));
      if (lines.empty()) continue;
      CHECK(lines.front().starts_with(std::to_string(from) + ":7:"));
      CHECK(lines.back().starts_with(std::to_string(from + lines.size() - 1) + ":7:"));
    }
  }
}

TEST_CASE("clear forgets all") {
  LineStore store(0);
  store.append({.number = 1, .mark = 0, .text = "a"});
  store.clear();
  CHECK(read(store, 0, 10).empty());
  store.append({.number = 2, .mark = 0, .text = "b"});
  CHECK(read(store, 0, 10) == std::vector<std::string>{"2:0:b"});
}
