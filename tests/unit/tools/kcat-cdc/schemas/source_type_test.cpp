#include "tools/kcat-cdc/schemas/source_type.hpp"

#include <doctest/doctest.h>

namespace {

std::string type(const std::string& name,
                 const std::string& length = "",
                 const std::string& scale = "") {
  std::string parameters = R"({"__debezium.source.column.type":")" + name + '"';
  if (!length.empty()) parameters += R"(,"__debezium.source.column.length":")" + length + '"';
  if (!scale.empty()) parameters += R"(,"__debezium.source.column.scale":")" + scale + '"';
  return cdckit::kcat_cdc::source_type(parameters + "}");
}

}  // namespace

TEST_CASE("names of types as the connector writes them") {
  CHECK(type("INT4", "10", "0") == "integer");
  CHECK(type("BIGSERIAL") == "bigint");
  CHECK(type("VARCHAR", "20") == "character varying(20)");
  CHECK(type("VARCHAR", "2147483647") == "character varying");
  CHECK(type("BPCHAR", "3") == "character(3)");
  CHECK(type("NUMERIC", "12", "2") == "numeric(12,2)");
  CHECK(type("NUMERIC", "131089", "0") == "numeric");
  CHECK(type("NUMERIC", "0") == "numeric");
  CHECK(type("NUMERIC", "4", "2046") == "numeric");
  CHECK(type("TIMESTAMPTZ", "35", "6") == "timestamp with time zone");
  CHECK(type("TIMESTAMP", "26", "3") == "timestamp(3) without time zone");
  CHECK(type("TIME", "12", "0") == "time(0) without time zone");
  CHECK(type("_TEXT") == "text[]");
  CHECK(type("_NUMERIC", "5", "1") == "numeric[]");
}

TEST_CASE("what is not said, and what is no type of PostgreSQL's own") {
  CHECK(cdckit::kcat_cdc::source_type("{}").empty());
  CHECK(type("MOOD").empty());
  CHECK(type("").empty());
}
