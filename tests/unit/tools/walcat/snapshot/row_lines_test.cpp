#include "tools/walcat/snapshot/row_lines.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/walcat/support.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;
using namespace walcat_test;

namespace {

Batch batch(const std::vector<std::string>& texts) {
  Feed feed;
  const Relation relation{.oid = 1,
                          .schema = "public",
                          .table = R"("snapshot":"true","db":)",
                          .identity = 'd',
                          .columns = {{"id", 23, -1, true}, {"a", 114, -1, false}}};
  Table& table = feed.changes.snapshot_table(relation);
  DataLine line({"n", "d"});
  line.set_context({.pos_lsn = 0x10, .snapshot = kWordInside});
  Batch out;
  for (const auto& text : texts) {
    const std::vector<Value> values{{'t', "1"}, {'t', text}};
    out.starts.push_back(static_cast<std::uint32_t>(out.lines.size()));
    line.append(out.lines, {.table = &table, .op = 'r', .key_values = values, .after = values});
  }
  return out;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

// What it looks like inside of a row, where it must stay.
const std::string kTrap = R"({"snapshot":"true","db":"x"})";

}  // namespace

TEST_CASE("the words of source.snapshot") {
  CHECK(snapshot_word({}) == "true");
  CHECK(snapshot_word({.first_of_all = true, .first_in_table = true}) == "first");
  CHECK(snapshot_word({.first_in_table = true}) == "first_in_data_collection");
  CHECK(snapshot_word({.last_in_table = true}) == "last_in_data_collection");
  CHECK(snapshot_word({.first_in_table = true, .last_in_table = true}) ==
        "last_in_data_collection");
  CHECK(snapshot_word({.first_of_all = true, .last_in_table = true}) == "first");
  CHECK(snapshot_word({.first_of_all = true, .last_in_table = true, .last_of_all = true}) ==
        "last");
}

TEST_CASE("ordinals go on from batch to batch") {
  Batch first = batch({kTrap, kTrap});
  Batch second = batch({kTrap});
  std::uint64_t last = 0;
  number_lines(first, last);
  number_lines(second, last);
  CHECK(last == 3);
  CHECK(first.lines.starts_with(R"({"pos":"0000000000000010/0000000000000001","key":)"));
  CHECK(first.lines.find(R"({"pos":"0000000000000010/0000000000000002","key":)") ==
        first.starts[1]);
  CHECK(second.lines.starts_with(R"({"pos":"0000000000000010/0000000000000003","key":)"));
}

TEST_CASE("first and last lines get their words, whatever rows and names hold") {
  Batch rows = batch({kTrap, kTrap, kTrap});
  place_lines(rows, {.first_of_all = true, .first_in_table = true, .last_in_table = true});
  const std::string first = rows.lines.substr(0, rows.starts[1]);
  const std::string middle = rows.lines.substr(rows.starts[1], rows.starts[2] - rows.starts[1]);
  const std::string last = rows.lines.substr(rows.starts[2]);
  CHECK(count(first, R"("snapshot":"first","db":"d")") == 1);
  CHECK(count(middle, R"("snapshot":"true","db":"d")") == 1);
  CHECK(count(last, R"("snapshot":"last_in_data_collection","db":"d")") == 1);
  CHECK(count(rows.lines, kTrap) == 3);
  std::uint64_t ordinal = 0;
  number_lines(rows, ordinal);
  CHECK(count(rows.lines, "/0000000000000003\",\"key\"") == 1);
}

TEST_CASE("one line alone can be first and last") {
  Batch row = batch({"1"});
  place_lines(row, {.first_in_table = true, .last_in_table = true, .last_of_all = true});
  CHECK(count(row.lines, R"("snapshot":"last",)") == 1);
  Batch none;
  place_lines(none, {.first_of_all = true});
  CHECK(none.lines.empty());
}

TEST_CASE("a limit keeps whole lines") {
  Batch rows = batch({"1", "2", "3"});
  keep_lines(rows, 5);
  CHECK(lines_in(rows.lines) == 3);
  keep_lines(rows, 2);
  CHECK(lines_in(rows.lines) == 2);
  CHECK(rows.lines.back() == '\n');
  keep_lines(rows, 0);
  CHECK(rows.lines.empty());
}

TEST_CASE("a line that says no word is a bug, not a wrong line") {
  Batch odd{.lines = "{\"op\":\"r\"} and more than the mark is long\n", .starts = {0}};
  CHECK_THROWS_AS(place_lines(odd, {.first_of_all = true}), base::Error);
}
