#include "tools/pg-load/table/row_encoder.hpp"

#include "tests/unit/tools/pg-load/tables.hpp"

#include <doctest/doctest.h>

using namespace cdckit::pg_load;

namespace {

const std::string kNull("\xff\xff\xff\xff");
const std::string kOne("\0\0\0\4\0\0\0\1", 8);

std::string text(const std::string& value) {
  return std::string("\0\0\0", 3) + static_cast<char>(value.size()) + value;
}

}  // namespace

TEST_CASE("key first, then the columns that the input has named") {
  TargetTable target = tests::sample();
  RowEncoder encoder(target, {});
  std::string out;
  REQUIRE(encoder.read(R"({"s":"a","id":1})") == RowStatus::grown);
  REQUIRE(encoder.append(out) == RowStatus::good);
  CHECK(out == kNull + kOne + text("a"));
  CHECK(out.substr(encoder.key().offset, encoder.key().length) == kOne);
  CHECK(encoder.active() == std::vector<std::size_t>{0, 1});
  CHECK(encoder.read(R"({"id":1,"s":"a"})") == RowStatus::good);
}

TEST_CASE("missing columns are masked, or null") {
  TargetTable target = tests::sample();
  RowEncoder encoder(target, {});
  (void)encoder.read(R"({"id":1,"n":2,"s":"x"})");
  (void)encoder.read(R"({"id":1,"s":null})");
  std::string out;
  REQUIRE(encoder.append(out) == RowStatus::good);
  CHECK(out == std::string("\0\0\0\1\4", 5) + kOne + kNull + kNull);
  CHECK(encoder.masked());
  CHECK(encoder.needs_mask());

  RowEncoder nulls(target, {.missing = Missing::use_null});
  CHECK(nulls.active().size() == 4);
  REQUIRE(nulls.read(R"({"id":1})") == RowStatus::good);
  out.clear();
  REQUIRE(nulls.append(out) == RowStatus::good);
  CHECK(out == kNull + kOne + kNull + kNull + kNull);
}

TEST_CASE("columns named later are masked in rows before, when asked for") {
  TargetTable target = tests::sample();
  RowEncoder encoder(target, {.mask_inactive = true});
  (void)encoder.read(R"({"id":1})");
  std::string out;
  REQUIRE(encoder.append(out) == RowStatus::good);
  CHECK(out == std::string("\0\0\0\1\x0e", 5) + kOne);
  CHECK_FALSE(encoder.masked());
}

TEST_CASE("unchanged columns are masked whatever the row says") {
  TargetTable target = tests::sample();
  RowEncoder encoder(target, {.missing = Missing::use_null});
  (void)encoder.read(R"({"id":1,"s":"a","n":1})");
  encoder.mask(R"(["big","nowhere"])");
  std::string out;
  REQUIRE(encoder.append(out) == RowStatus::good);
  CHECK(out.substr(0, 5) == std::string("\0\0\0\1\x08", 5));
}

TEST_CASE("what cannot be loaded names its column") {
  TargetTable target = tests::sample();
  RowEncoder encoder(target, {});
  std::string out;
  CHECK(encoder.read(R"({"id":1,"q":1})") == RowStatus::bad);
  CHECK(encoder.problem_text() == "table \"public.t\", column \"q\": the table has no such column");
  (void)encoder.read(R"({"id":"x"})");
  CHECK(encoder.append(out) == RowStatus::bad);
  CHECK(encoder.problem().code == "22P02");
  for (const char* row : {R"({"s":"a"})", R"({"id":null})"}) {
    (void)encoder.read(row);
    CHECK(encoder.append(out) == RowStatus::bad);
    CHECK(encoder.problem_text() ==
          "table \"public.t\", column \"id\" (integer): the key is missing");
  }
  RowEncoder strict(target, {.missing = Missing::error});
  (void)strict.read(R"({"id":1,"s":"a","big":"b"})");
  CHECK(strict.append(out) == RowStatus::bad);
  CHECK(strict.problem_text() ==
        "table \"public.t\", column \"n\" (numeric(12,2)): the member is missing");
  RowEncoder lenient(target, {.ignore_extra = true});
  CHECK(lenient.read(R"({"id":1,"q":1})") == RowStatus::good);
}

TEST_CASE("a date that only the server may know changes the column's staging") {
  TargetTable target = tests::sample();
  target.columns.push_back(tests::column("d", "date"));
  RowEncoder encoder(target, {});
  (void)encoder.read(R"({"id":1,"d":"tomorrow"})");
  std::string out;
  CHECK(encoder.append(out) == RowStatus::recoded);
  CHECK(target.columns[4].codec == Codec::cast);
  out.clear();
  CHECK(encoder.append(out) == RowStatus::good);
  CHECK(out.find("tomorrow") != std::string::npos);
}

TEST_CASE("names with escapes, generated columns, repeated members") {
  TargetTable target = tests::sample();
  target.columns[3].generated = true;
  RowEncoder encoder(target, {});
  (void)encoder.read(R"({"\u0069d":5,"big":"x","id":1,"s":"a"})");
  CHECK(encoder.active() == std::vector<std::size_t>{0, 1});
  std::string out;
  REQUIRE(encoder.append(out) == RowStatus::good);
  CHECK(out == kNull + kOne + text("a"));
}

TEST_CASE("only the key") {
  TargetTable target = tests::sample();
  RowEncoder encoder(target, {});
  (void)encoder.read(R"({"id":1,"s":"a"})");
  encoder.clear();
  encoder.read_key(R"({"s":"b","id":1})");
  std::string out;
  REQUIRE(encoder.append_key_only(out) == RowStatus::good);
  CHECK(out == kNull + kOne + kNull);
}

TEST_CASE("unknown members are bad, told, or put into their column") {
  TargetTable target = tests::sample();
  target.columns.push_back(tests::column("rest", "jsonb"));
  std::string out;
  RowEncoder strict(target, {});
  CHECK(strict.read(R"({"id":1,"x":2})") == RowStatus::bad);
  RowEncoder telling(target, {.report_extra = true});
  CHECK(telling.read(R"({"id":1,"x":2})") == RowStatus::unknown);
  RowEncoder keeping(target, {.extra_to = "rest"});
  CHECK(keeping.read(R"({"id":1,"x":2,"y":[1]})") == RowStatus::grown);
  CHECK(keeping.append(out) == RowStatus::good);
  CHECK(out.find(R"({"x":2,"y":[1]})") != std::string::npos);
  CHECK(keeping.read(R"({"id":1,"x":2,"rest":{}})") == RowStatus::bad);
  CHECK(keeping.problem().code == "42701");
  CHECK_THROWS_AS(RowEncoder(target, {.extra_to = "s"}), cdckit::base::Error);
  CHECK_THROWS_AS(RowEncoder(target, {.extra_to = "none"}), cdckit::base::Error);
}
