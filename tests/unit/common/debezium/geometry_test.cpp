#include "common/debezium/geometry.hpp"

#include <doctest/doctest.h>

using namespace cdckit::debezium;

namespace {

std::string shape(std::string_view object, std::string_view type = "") {
  std::string out;
  return append_shape(out, object, type) ? out : "refused";
}

}  // namespace

TEST_CASE("the connector's structs become PostgreSQL's own texts") {
  std::string out;
  CHECK(append_point(out, R"({"x":1.0,"y":2.5,"wkb":"AQ==","srid":null})"));
  CHECK(out == "(1,2.5)");
  out.clear();
  CHECK(append_circle(out, R"({"center":{"x":1.0,"y":2.0},"radius":3.0})"));
  CHECK(out == "<(1,2),3>");
  out.clear();
  CHECK(append_line(out, R"({"a":1.0,"b":2.0,"c":"NaN"})"));
  CHECK(out == "{1,2,NaN}");
  CHECK_FALSE(append_point(out, R"({"x":1.0})"));
  CHECK_FALSE(append_line(out, "7"));
}

TEST_CASE("well-known binary: box, lseg, path and polygon") {
  CHECK(
      shape(
          R"({"wkb":"AQMAAAABAAAABQAAAAAAAAAAAPA/AAAAAAAA8D8AAAAAAADwPwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA8D8AAAAAAADwPwAAAAAAAPA/","srid":null,"extensions":{"type":"box"}})") ==
      "(1,1),(0,0)");
  const std::string lseg =
      R"({"wkb":"AQIAAAACAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAPA/AAAAAAAA8D8=","srid":null,"extensions")";
  CHECK(shape(lseg + R"(:{"type":"lseg"}})") == "[(0,0),(1,1)]");
  CHECK(shape(lseg + ":null}", "path") == "[(0,0),(1,1)]");
  CHECK(shape(lseg + R"(:{"type":"path","closed":"true"}})") == "((0,0),(1,1))");
  CHECK(
      shape(
          R"({"wkb":"AQMAAAABAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADwPwAAAAAAAPA/AAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","srid":null,"extensions":{"type":"polygon"}})",
          "box") == "((0,0),(1,1),(2,0))");
  CHECK(shape(R"({"wkb":"AQIAAAACAAAA","srid":null})", "path") == "refused");
  CHECK(shape(R"({"wkb":"!","srid":null})", "path") == "refused");
  CHECK(shape(R"({"srid":null})", "path") == "refused");
}

TEST_CASE("PostGIS reads hex, with the SRID where the bytes do not have it") {
  std::string out;
  CHECK(append_postgis(out, R"({"wkb":"AQEAAAAAAAAAAADwPwAAAAAAAARA","srid":4326})"));
  CHECK(out == "SRID=4326;0101000000000000000000f03f0000000000000440");
  out.clear();
  CHECK(append_postgis(out, R"({"wkb":"AQEAAAAAAAAAAADwPwAAAAAAAARA","srid":null})"));
  CHECK(out.starts_with("0101000000"));
}
