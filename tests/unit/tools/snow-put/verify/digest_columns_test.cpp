#include "tools/snow-put/verify/digest_columns.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::snow_put;

namespace {

snow::TableColumn column(const char* name, const char* type) {
  return {name, type, snow::parse_column_type(type), true, false, ""};
}

std::string cell(CellForm form, snow::Cell value) {
  std::string out;
  append_cell(out, form, value);
  return out;
}

}  // namespace

TEST_CASE("columns stand in the order of the source's names") {
  event::TableSchema source;
  source.schema = "public";
  source.table = "t";
  source.key = {"id"};
  source.columns = {{"id", "integer"}, {"Zeta", "jsonb"}, {"note", "text"}, {"big", "numeric"}};
  snow::TableDescription mirror;
  mirror.columns = {column("ID", "NUMBER(10,0)"),
                    column("Zeta", "VARIANT"),
                    column("NOTE", "VARCHAR"),
                    column("BIG", "VARCHAR")};
  mirror.columns[1].name = "ZETA";
  const auto columns = digest_columns(source, mirror);
  REQUIRE(columns.size() == 4);
  CHECK(columns[0].source == "Zeta");
  CHECK(columns[0].form == CellForm::document);
  CHECK(columns[1].sql.find("RTRIM") != std::string::npos);
  CHECK(columns[2].in_key);
  CHECK(columns[2].sql == "\"ID\"::VARCHAR");
  CHECK(columns[3].form == CellForm::done);
  // a domain is compared as what it is made of
  source.columns[3] = {"big", "amounts", 0, -1, true, "", std::nullopt, "numeric(5,2)"};
  CHECK(digest_columns(source, mirror)[1].sql == columns[1].sql);
  source.columns.push_back({"gone", "text"});
  CHECK_THROWS_AS(digest_columns(source, mirror), base::Error);
}

TEST_CASE("cells as they stand in a row's text") {
  CHECK(cell(CellForm::done, std::nullopt) == "\\N");
  CHECK(cell(CellForm::done, "a,b\\c") == "a\\,b\\\\c");
  CHECK(cell(CellForm::document, "null") == "\\N");
  CHECK(cell(CellForm::document, R"({"b":1.0,"a":"x"})") == R"({"a":"x"\,"b":1})");
  CHECK(cell(CellForm::maybe, R"({"b" : 1})") == R"({"b":1})");
  CHECK(cell(CellForm::maybe, "{b}") == "{b}");
  CHECK(cell(CellForm::real, "0.10") == "0.1");
  CHECK(cell(CellForm::real, "inf") == "Infinity");
  CHECK(cell(CellForm::real, "-inf") == "-Infinity");
  CHECK(cell(CellForm::real, "NaN") == "NaN");
}
