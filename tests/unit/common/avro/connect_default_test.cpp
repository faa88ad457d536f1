#include "common/avro/connect_default.hpp"

#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit::avro;
using Json = nlohmann::ordered_json;

namespace {
std::string to(const char* schema, const char* value) {
  const auto made = to_avro_default(Json::parse(schema), Json::parse(value));
  return made ? made->dump() : "nothing";
}
}  // namespace

TEST_CASE("bytes are base64 in Connect and code points in Avro, both ways") {
  const Json schema = Json::parse(R"({"type":"bytes"})");
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  const auto made = to_avro_default(schema, Json("AP+A"));
  REQUIRE(made);
  CHECK(*made == Json(std::string("\0\xC3\xBF\xC2\x80", 5)));
  CHECK(from_avro_default(schema, *made) == Json("AP+A"));
  CHECK_FALSE(from_avro_default(schema, Json("\xE2\x82\xAC")));
}

TEST_CASE("values of every type, and those that are none of it") {
  CHECK(to(R"({"type":"boolean"})", "true") == "true");
  CHECK(to(R"({"type":"boolean"})", "1") == "nothing");
  CHECK(to(R"({"type":"int8"})", "127") == "127");
  CHECK(to(R"({"type":"int8"})", "128") == "nothing");
  CHECK(to(R"({"type":"int64"})", "9223372036854775807") == "9223372036854775807");
  CHECK(to(R"({"type":"int64"})", "1.5") == "nothing");
  CHECK(to(R"({"type":"double"})", "1.5") == "1.5");
  CHECK(to(R"({"type":"double"})", "\"NaN\"") == "nothing");
  CHECK(to(R"({"type":"float"})", "1e300") == "nothing");
  CHECK(to(R"({"type":"string"})", "\"x\"") == "\"x\"");
  CHECK(to(R"({"type":"string"})", "1") == "nothing");
  CHECK(to(R"({"type":"what"})", "1") == "nothing");
}

TEST_CASE("what holds others takes nulls of the optional and values of the required") {
  const char* optional = R"({"type":"array","items":{"type":"int32","optional":true}})";
  CHECK(to(optional, "[null]") == "[null]");
  CHECK(to(optional, "[1]") == "nothing");
  const char* required = R"({"type":"array","items":{"type":"int32","optional":false}})";
  CHECK(to(required, "[1,2]") == "[1,2]");
  CHECK(to(required, "[null]") == "nothing");
  CHECK(to(R"({"type":"map","values":{"type":"bytes"}})", R"({"k":"AA=="})") ==
        R"({"k":"\u0000"})");
  CHECK(
      to(R"({"type":"struct","fields":[{"field":"scale","type":"int32"},{"field":"value","type":"bytes"}]})",
         R"({"scale":1,"value":"Dw=="})") == R"({"scale":1,"value":"\u000f"})");
  CHECK(to(R"({"type":"struct","fields":[{"field":"scale","type":"int32"}]})", "{}") == "nothing");
}
