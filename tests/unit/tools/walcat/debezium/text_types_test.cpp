#include "tests/unit/tools/walcat/debezium/print.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

using namespace walcat_test;

namespace {
std::string name_of(const Type& type) {
  return map_type({type}, {}).schema.name;
}
}  // namespace

TEST_CASE("texts keep PostgreSQL's words and get Debezium's names") {
  CHECK(print({oid::kJsonb}, R"({"a": null})") == R"("{\"a\": null}")");
  CHECK(name_of(type_of(oid::kJson)) == "io.debezium.data.Json");
  CHECK(name_of(type_of(oid::kUuid)) == "io.debezium.data.Uuid");
  CHECK(name_of(type_of(oid::kXml)) == "io.debezium.data.Xml");
  CHECK(name_of(type_of(oid::kTsvector)) == "io.debezium.data.Tsvector");
  CHECK(name_of(type_of(20'001, "ltree")) == "io.debezium.data.Ltree");
  CHECK(name_of(type_of(oid::kInet)).empty());
}

TEST_CASE("an enum lists its labels") {
  Type mood = type_of(20'000, "mood");
  mood.kind = 'e';
  mood.labels = {"sad", "so \"happy\""};
  const auto mapping = map_type({mood}, {});
  CHECK(mapping.schema.parameters == R"({"allowed":"sad,so \"happy\""})");
  CHECK(!mapping.element.optional);
  CHECK(mapping.element.null_loses);
  CHECK(map_type({type_of(20'001, "ltree")}, {}).element.optional);
  CHECK(map_type({type_of(20'001, "ltree")}, {}).element.null_loses);
  CHECK(!map_type({type_of(oid::kTsvector)}, {}).element.optional);
  CHECK(!map_type({type_of(20'001, "isbn")}, {}).element.optional);
  CHECK(!map_type({type_of(20'001, "citext")}, {}).element.null_loses);
}

TEST_CASE("with quirks an array of domains over an enum does not know the labels") {
  Type mood = type_of(20'000, "mood");
  mood.kind = 'e';
  mood.labels = {"sad"};
  mood.domain = true;
  const auto allowed = [&](Place place, const DebeziumSettings& settings) {
    return map_type({.type = mood, .place = place}, settings).schema.parameters;
  };
  CHECK(allowed(Place::element, quirky()) == R"({"allowed":""})");
  CHECK(allowed(Place::element, {}) == R"({"allowed":"sad"})");
  CHECK(allowed(Place::column, quirky()) == R"({"allowed":"sad"})");
}

TEST_CASE("what the connector has no place for is known") {
  for (const auto known : {oid::kText, oid::kInt4Range, oid::kMacaddr8, oid::kName})
    CHECK(map_type({type_of(known)}, {}).in_debezium);
  CHECK(map_type({type_of(20'002, "citext")}, {}).in_debezium);
  CHECK(!map_type({type_of(3615, "tsquery")}, {}).in_debezium);
  CHECK(!map_type({type_of(20'003, "pair")}, {}).in_debezium);
  CHECK(map_type({type_of(oid::kName)}, {}).lost_when_streamed);
}
