#include "tests/unit/tools/walcat/debezium/print.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

using namespace walcat_test;

TEST_CASE("points, circles and lines are structs of numbers") {
  CHECK(print({oid::kPoint}, "(1,2.5)") ==
        R"({"x":1.0,"y":2.5,"wkb":"AQEAAAAAAAAAAADwPwAAAAAAAARA","srid":null})");
  CHECK(print({oid::kPoint}, "(-1e+20,Infinity)").starts_with(R"({"x":-1.0E20,"y":"Infinity",)"));
  CHECK(
      print({oid::kCircle}, "<(1,2),3>") ==
      R"({"center":{"x":1.0,"y":2.0,"wkb":"AQEAAAAAAAAAAADwPwAAAAAAAABA","srid":null},"radius":3.0})");
  CHECK(print({oid::kLine}, "{1,2,3}") == R"({"a":1.0,"b":2.0,"c":3.0})");
}

TEST_CASE("shapes are well-known binary") {
  CHECK(print({oid::kLseg}, "[(0,0),(1,1)]") ==
        R"({"wkb":"AQIAAAACAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAPA/AAAAAAAA8D8=","srid":null,)"
        R"("extensions":{"type":"lseg"}})");
  CHECK(
      print({oid::kPath}, "[(0,0),(1,1),(2,0)]").ends_with(R"({"type":"path","closed":"false"}})"));
  CHECK(
      print({oid::kPath}, "((0,0),(1,1),(2,0))").ends_with(R"({"type":"path","closed":"true"}})"));
  CHECK(print({oid::kBox}, "(1,1),(0,0)").ends_with(R"({"type":"box"}})"));
}

TEST_CASE("a ring is closed once") {
  const auto open = print({oid::kPolygon}, "((0,0),(1,1),(2,0))");
  CHECK(open == print({oid::kPolygon}, "((0,0),(1,1),(2,0),(0,0))"));
  CHECK(open.starts_with(R"({"wkb":"AQMAAAABAAAABAAAAAAA)"));
}

TEST_CASE("PostGIS: its own bytes and the SRID in them") {
  const auto text = "0101000020E6100000000000000000F03F0000000000000040";
  CHECK(print_as(type_of(30'000, "geometry"), text) ==
        R"({"wkb":"AQEAACDmEAAAAAAAAAAA8D8AAAAAAAAAQA==","srid":4326,"extensions":null})");
  CHECK(print_as(type_of(30'000, "geography"), text) ==
        R"({"wkb":"AQEAACDmEAAAAAAAAAAA8D8AAAAAAAAAQA==","srid":4326})");
  CHECK(print_as(type_of(30'000, "geometry"), "0101000000000000000000F03F0000000000000040") ==
        R"({"wkb":"AQEAAAAAAAAAAADwPwAAAAAAAABA","srid":null,"extensions":null})");
  CHECK(print_as(type_of(30'000, "geometry"), "01").starts_with("{\"wkb\""));
}

TEST_CASE("what stands for a path that was not sent does not say whether it is closed") {
  const auto filler = map_type({type_of(oid::kPath)}, {}).filler;
  CHECK(filler.ends_with(R"("extensions":{"type":"path"}})"));
}

TEST_CASE("to the connector no shape but a point is required") {
  CHECK(!map_type({type_of(oid::kPoint)}, {}).never_required);
  for (const auto shape :
       {oid::kBox, oid::kLseg, oid::kPath, oid::kPolygon, oid::kCircle, oid::kLine})
    CHECK(map_type({type_of(shape)}, {}).never_required);
}
