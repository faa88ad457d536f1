#include "tools/walcat/encode/plain.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

namespace {

std::string print(const Type& type, std::string_view text) {
  const Codec codec = PlainEncoding().compile(type);
  std::string out;
  codec.append(out, text, codec);
  return out;
}

std::string print(TypeForm form, std::string_view text) {
  Type type;
  type.form = form;
  return print(type, text);
}

TypePointer scalar(TypeForm form) {
  auto type = std::make_shared<Type>();
  type->form = form;
  return type;
}

}  // namespace

TEST_CASE("scalars as row_to_json prints them") {
  CHECK(print(TypeForm::text, "a\"\\\n\x01\x7f/é") == "\"a\\\"\\\\\\n\\u0001\x7f/é\"");
  CHECK(print(TypeForm::number, "-1.50") == "-1.50");
  CHECK(print(TypeForm::number, "1e+20") == "1e+20");
  CHECK(print(TypeForm::number, "NaN") == "\"NaN\"");
  CHECK(print(TypeForm::number, "-Infinity") == "\"-Infinity\"");
  CHECK(print(TypeForm::boolean, "t") == "true");
  CHECK(print(TypeForm::boolean, "f") == "false");
  CHECK(print(TypeForm::jsonb, "{\"a\": 1}") == "{\"a\": 1}");
}

TEST_CASE("times get a T, zones their minutes") {
  CHECK(print(TypeForm::timestamp, "2024-01-01 10:00:00.5") == "\"2024-01-01T10:00:00.5\"");
  CHECK(print(TypeForm::timestamp, "0044-03-15 12:00:00 BC") == "\"0044-03-15T12:00:00 BC\"");
  CHECK(print(TypeForm::timestamp, "-infinity") == "\"-infinity\"");
  CHECK(print(TypeForm::timestamptz, "2024-01-01 10:00:00+00") == "\"2024-01-01T10:00:00+00:00\"");
  CHECK(print(TypeForm::timestamptz, "0044-03-15 12:00:00.25+00 BC") ==
        "\"0044-03-15T12:00:00.25+00:00 BC\"");
  CHECK(print(TypeForm::timestamptz, "infinity") == "\"infinity\"");
}

TEST_CASE("json loses its line breaks and nothing else") {
  CHECK(print(TypeForm::json, "{\"a\" :\r\n [1,\n2], \"b\":\"x\\ny\"}") ==
        "{\"a\" :   [1, 2], \"b\":\"x\\ny\"}");
}

TEST_CASE("arrays, vectors, composites and hstore nest") {
  Type array;
  array.form = TypeForm::array;
  array.element = scalar(TypeForm::number);
  CHECK(print(array, "{}") == "[]");
  CHECK(print(array, "{{1,NULL},{NaN,4}}") == "[[1,null],[\"NaN\",4]]");
  CHECK(print(array, "[0:1]={5,6}") == "[5,6]");
  Type vector;
  vector.form = TypeForm::vector;
  vector.element = scalar(TypeForm::number);
  CHECK(print(vector, "1 2 3") == "[1,2,3]");
  CHECK(print(vector, "") == "[]");
  Type composite;
  composite.form = TypeForm::composite;
  composite.fields = {{"a", scalar(TypeForm::number)}, {"b \"c", std::make_shared<Type>(array)}};
  CHECK(print(composite, "(1,\"{1,2}\")") == R"t({"a":1,"b \"c":[1,2]})t");
  CHECK(print(composite, "(,)") == R"t({"a":null,"b \"c":null})t");
  Type empty;
  empty.form = TypeForm::composite;
  CHECK(print(empty, "()") == "{}");
  CHECK(print(TypeForm::hstore, R"("a"=>"1", "b"=>NULL)") == R"({"a":"1","b":null})");
  CHECK(print(TypeForm::hstore, "") == "{}");
}

TEST_CASE("a composite that does not fit its type is a string of its text") {
  const auto field = [](const char* name, TypeForm form) { return TypeField{name, scalar(form)}; };
  Type number_array;
  number_array.form = TypeForm::array;
  number_array.element = scalar(TypeForm::number);
  Type pair;
  pair.oid = 70'001;
  pair.form = TypeForm::composite;
  pair.fields = {field("n", TypeForm::number), field("t", TypeForm::text)};
  Type outer;
  outer.oid = 70'002;
  outer.form = TypeForm::composite;
  outer.fields = {{"p", std::make_shared<Type>(pair)}, {"a", std::make_shared<Type>(number_array)}};
  // which of the two came as its text, under no names at all
  const auto culprit = [&](const Type& type, std::string_view text) -> std::uint32_t {
    const std::string printed = print(type, text);
    if (printed.front() == '"') return type.oid;
    return printed.find("\"p\":\"") == std::string::npos ? 0 : pair.oid;
  };
  CHECK(culprit(pair, "(1,a)") == 0);
  CHECK(culprit(pair, "(1)") == pair.oid);
  CHECK(culprit(pair, "(1,a,2)") == pair.oid);
  CHECK(culprit(pair, "()") == pair.oid);
  CHECK(culprit(pair, "(b2,22)") == pair.oid);
  CHECK(culprit(pair, "(1.5e3,)") == 0);
  CHECK(culprit(pair, "(NaN,)") == 0);
  CHECK(culprit(outer, R"t(("(1,a)","{1,2}"))t") == 0);
  CHECK(culprit(outer, R"t(("(1,a,3)","{1,2}"))t") == pair.oid);
  CHECK(culprit(outer, R"t((abc,"{1,2}"))t") == pair.oid);
  CHECK(culprit(outer, R"t(("(1,a)","{1,b}"))t") == outer.oid);
  CHECK(culprit(outer, R"t(("(1,a)",5))t") == outer.oid);
}

TEST_CASE("what JSON takes as it stands is looked at inside a composite") {
  const auto fits = [](TypeForm form, std::string_view text) {
    Type single;
    single.form = TypeForm::composite;
    single.fields = {{"x", scalar(form)}};
    return print(single, text).front() == '{';
  };
  CHECK(fits(TypeForm::number, "()"));  // its only attribute is NULL
  CHECK_FALSE(fits(TypeForm::number, "(1,)"));
  CHECK_FALSE(fits(TypeForm::number, "(t)"));
  CHECK(fits(TypeForm::boolean, "(t)"));
  CHECK_FALSE(fits(TypeForm::boolean, "(true)"));
  CHECK(fits(TypeForm::jsonb, R"t(("{""a"": [1]}"))t"));
  CHECK_FALSE(fits(TypeForm::jsonb, "({)"));
  CHECK_FALSE(fits(TypeForm::json, "(word)"));
  CHECK(fits(TypeForm::timestamp, R"t(("2024-01-01 10:00:00"))t"));
  CHECK(fits(TypeForm::timestamptz, "(-infinity)"));
  CHECK_FALSE(fits(TypeForm::timestamp, "(word)"));
}
