#include "tools/cdc-check/learn/column_profile.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

namespace {

// kind settings;
std::string proposed(const std::vector<std::string>& values,
                     std::uint64_t rows = 0,
                     Nanoseconds now = 0) {
  ColumnProfile profile;
  for (const std::string& value : values) profile.add(value);
  std::string out;
  for (const Proposal& one : profile.proposals(rows == 0 ? values.size() : rows, now))
    out += one.kind + (one.settings.empty() ? "" : " " + one.settings) + "; ";
  return out;
}

std::vector<std::string> repeated(const std::vector<std::string>& values, int times) {
  std::vector<std::string> out;
  for (int i = 0; i < times; ++i) out.insert(out.end(), values.begin(), values.end());
  return out;
}

}  // namespace

TEST_CASE("what a column's values allow to propose") {
  CHECK(proposed({"1", "2.0", "30"}) == "not_null; type type: integer; range min: 1, max: 30; ");
  CHECK(proposed({"1.5", "-2", "null"}) == "type type: number; range min: -2, max: 1.5; ");
  CHECK(proposed({"true", "false"}, 5) == "type type: boolean; ");
  CHECK(proposed({"1", "\"x\""}) == "not_null; ");
  CHECK(proposed({"null", "null"}).empty());
  CHECK(proposed(repeated({"\"new\"", "\"it's\"", "\"true\""}, 5)) ==
        "not_null; type type: string; enum values: [new, \"it's\", \"true\"]; ");
  std::vector<std::string> ids;
  std::vector<std::string> codes;
  for (int i = 0; i < 60; ++i) {
    ids.push_back(std::to_string(i));
    codes.push_back("\"AB-" + std::to_string(100 + i) + "\"");
  }
  CHECK(proposed(ids).find("unique window: 100000; ") != std::string::npos);
  CHECK(proposed(codes) ==
        "not_null; type type: string; unique window: 100000; regex pattern: "
        "\"^[A-Z]{2}-\\\\d{3}$\"; ");
  CHECK(proposed(repeated(codes, 2)).find("unique") == std::string::npos);
}

TEST_CASE("only a column that is about now has an age") {
  const Nanoseconds now = *parse_moment("2026-03-01T12:00:00Z");
  CHECK(proposed({"\"2026-03-01T10:30:00Z\"", "\"2026-03-01 11:00:00+00\""}, 0, now)
            .find("freshness max_age: 4h; ") != std::string::npos);
  CHECK(proposed({"\"2020-03-01T10:00:00Z\""}, 0, now).find("freshness") == std::string::npos);
}
