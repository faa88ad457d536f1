#include "tools/pg-load/value/hstore_text.hpp"

#include "tools/pg-load/value/codec.hpp"

#include <doctest/doctest.h>

using namespace cdckit::pg_load;

TEST_CASE("an object is hstore's own text") {
  std::string out;
  append_hstore(out, R"({"a":"1","b":null,"c":"x\"y\\z","d":7,"\"q\"":""})");
  CHECK(out == R"("a"=>"1","b"=>NULL,"c"=>"x\"y\\z","d"=>"7","\"q\""=>"")");
  out.clear();
  append_hstore(out, "{}");
  CHECK(out.empty());
  append_hstore_elements(out, R"([{"x":"1"},null,"y=>2",[{"z":null}]])");
  CHECK(out == R"(["\"x\"=>\"1\"",null,"y=>2",["\"z\"=>NULL"]])");
}

TEST_CASE("its codec takes objects and text") {
  FieldEncoder encoder;
  std::string out;
  CHECK(encoder.encode(Codec::hstore, R"({"a":"1"})", out) == nullptr);
  CHECK(out.substr(4) == R"("a"=>"1")");
  out.clear();
  CHECK(encoder.encode(Codec::hstore, R"("a=>1")", out) == nullptr);
  CHECK(out.substr(4) == "a=>1");
  CHECK(staging_type(Codec::hstore) == "text");
  CHECK(staging_type(Codec::hstore_array) == "json");
}
