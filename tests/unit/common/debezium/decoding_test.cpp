#include "common/debezium/decoding.hpp"

#include <doctest/doctest.h>

using namespace cdckit::debezium;

namespace {

std::string decoded(const Decoding& how, std::string_view json) {
  ValueDecoder decoder;
  std::string out;
  return decoder.decode(how, json, out) == nullptr ? out : "refused";
}

}  // namespace

TEST_CASE("every form becomes what the plain encoding prints") {
  CHECK(decoded({.form = Form::as_it_is}, "[1,null]") == "[1,null]");
  CHECK(decoded({.form = Form::unknown}, "1") == "refused");
  CHECK(decoded({.form = Form::unknown}, "null") == "null");
  CHECK(decoded({.form = Form::bit}, "true") == R"("1")");
  CHECK(decoded({.form = Form::bits, .size = 5}, R"("Ew==")") == R"("10011")");
  CHECK(decoded({.form = Form::decimal, .scale = 2}, R"("EtaA")") == "12345.60");
  CHECK(decoded({.form = Form::variable_decimal}, R"({"scale":4,"value":"B1vNFQ=="})") ==
        "12345.6789");
  CHECK(decoded({.form = Form::decimal_text}, R"("NEGATIVE_INFINITY")") == R"("-Infinity")");
  CHECK(decoded({.form = Form::decimal_text}, "12345.6") == "12345.6");
  CHECK(decoded({.form = Form::date}, "19782") == R"("2024-02-29")");
  CHECK(decoded({.form = Form::time, .per_second = 1000}, "47655124") == R"("13:14:15.124000")");
  CHECK(decoded({.form = Form::json}, R"("{\"a\": null}")") == R"({"a": null})");
  CHECK(decoded({.form = Form::json}, R"("123")") == "123");
  CHECK(decoded({.form = Form::bytes}, R"("AP8Q")") == R"("\\x00ff10")");
  CHECK(decoded({.form = Form::bytes_hex}, R"("00ff10")") == R"("\\x00ff10")");
  CHECK(decoded({.form = Form::bytes_url_safe}, R"("-_8")") == R"("\\xfbff")");
  CHECK(decoded({.form = Form::bytes_text}, R"("e1sxLDMpLFs1LDcpfQ==")") == R"("{[1,3),[5,7)}")");
  CHECK(decoded({.form = Form::vector}, R"([1.5,"NaN",-2])") == R"("[1.5,NaN,-2]")");
}

TEST_CASE("where only the target's type is known, a form that could be another's is refused") {
  const Decoding number{.form = Form::any_number, .scale = 2};
  CHECK(decoded(number, "12") == "12");
  CHECK(decoded(number, R"("EtaA")") == "12345.60");
  CHECK(decoded(number, R"({"scale":4,"value":"B1vNFQ=="})") == "12345.6789");
  CHECK(decoded(number, "[1]") == "refused");
  const Decoding text{.form = Form::any_text};
  CHECK(decoded(text, R"("a")") == R"("a")");
  CHECK(decoded(text, R"({"scale":4,"value":"B1vNFQ=="})") == "12345.6789");
  CHECK(decoded(text, R"({"x":1})") == "refused");
  CHECK(decoded(text, "19782") == "refused");
}

TEST_CASE("arrays of every form, of several dimensions too") {
  const Decoding dates{.form = Form::array, .items = {{.form = Form::date}}};
  CHECK(decoded(dates, "[19723,null,10956]") == R"(["2024-01-01",null,"1999-12-31"])");
  CHECK(decoded(dates, "[[0],[1]]") == R"([["1970-01-01"],["1970-01-02"]])");
  CHECK(decoded({.form = Form::array, .items = {{.form = Form::json}}}, R"(["{\"a\": 1}"])") ==
        R"([{"a": 1}])");
  CHECK(decoded(dates, "[]") == "[]");
  CHECK(decoded(dates, "{}") == "refused");
}

TEST_CASE("what is not written as it should be is refused, not guessed") {
  CHECK(decoded({.form = Form::date}, R"("2024-02-29")") == "refused");
  CHECK(decoded({.form = Form::date}, "1.5") == "refused");
  CHECK(decoded({.form = Form::json}, R"("{\"a\":")") == "refused");
  CHECK(decoded({.form = Form::json}, R"({"a":1})") == "refused");
  CHECK(decoded({.form = Form::decimal, .scale = 2}, "12.5") == "refused");
  CHECK(decoded({.form = Form::bytes}, R"("\\x00")") == "refused");
  CHECK(decoded({.form = Form::bit}, R"("1")") == "refused");
  CHECK(decoded({.form = Form::variable_decimal}, R"("AQ==")") == "refused");
  CHECK(decoded({.form = Form::iso}, R"("2024\"-01-01")") == "refused");
  CHECK(decoded({.form = Form::bits, .size = 3}, R"("Ew==")") == "refused");
}
