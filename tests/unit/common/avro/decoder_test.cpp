#include "common/avro/decoder.hpp"

#include "tests/unit/common/avro/round_trip.hpp"

using namespace cdckit;
using namespace cdckit::avro;
using namespace std::string_literals;

TEST_CASE("an envelope becomes the JSON that Debezium prints") {
  Codec codec(kEnvelope);
  CHECK(codec.decode("\x00\x02\x0e\x02\x82\x80\xf2\x81\x83\x89\x85\x06\x04\x01\xff\x02\x63\x02"s) ==
        R"({"before":null,"after":{"id":7,"seen":1700000000000001,"n":"Af8="},"op":"c","e":"b"})");
}

TEST_CASE("where the fields of the record and of one in it stand") {
  const Plan plan(Schema::parse(kEnvelope));
  Decoder decoder(plan);
  decoder.note_fields(1);
  const auto text = [&](Decoder::Span span) {
    return decoder.json().substr(span.begin, span.end - span.begin);
  };
  REQUIRE(decoder.decode("\x00\x02\x0e\x00\x04\x01\xff\x02\x63\x02"s) == nullptr);
  REQUIRE(decoder.fields().size() == 4);
  CHECK(text(decoder.fields()[0]) == "null");
  CHECK(text(decoder.fields()[2]) == R"("c")");
  REQUIRE(decoder.inner_fields().size() == 3);
  CHECK(text(decoder.inner_fields()[0]) == "7");
  CHECK(text(decoder.inner_fields()[2]) == R"("Af8=")");
  // the same record in another field is not the one that is noted
  REQUIRE(decoder.decode("\x02\x0e\x00\x04\x01\xff\x00\x02\x63\x02"s) == nullptr);
  CHECK(decoder.inner_fields().empty());
}

TEST_CASE("every type comes back as it was written") {
  Codec codec(
      R"({"type":"record","name":"R","fields":[{"name":"z","type":"null"},)"
      R"({"name":"b","type":"boolean"},{"name":"l","type":"long"},{"name":"f","type":"float"},)"
      R"({"name":"d","type":"double"},{"name":"s","type":"string"},)"
      R"({"name":"x","type":{"type":"fixed","name":"F","size":3}},)"
      R"({"name":"a","type":{"type":"array","items":["null","string"]}},)"
      R"({"name":"m","type":{"type":"map","values":["null","string"]}},)"
      R"({"name":"u","type":["null","int","string",{"type":"array","items":"int"}]},)"
      R"({"name":"date","type":{"type":"int","logicalType":"date"}},)"
      R"({"name":"id","type":{"type":"fixed","name":"U","size":16,"logicalType":"uuid"}},)"
      R"({"name":"iv","type":{"type":"fixed","name":"D","size":12,"logicalType":"duration"}}]})");
  for (const char* row :
       {R"({"z":null,"b":true,"l":-9223372036854775808,"f":1.5,"d":1.0E300,"s":"\"\\\n\u0001é😀",)"
        R"("x":"AQID","a":["p",null,""],"m":{"k\"":"v","n":null},"u":"t","date":-719162,)"
        R"("id":"00112233-4455-6677-8899-aabbccddeeff","iv":"P14M3DT4.005S"})",
        R"({"z":null,"b":false,"l":0,"f":"NaN","d":"-Infinity","s":"","x":"AAAA","a":[],"m":{},)"
        R"("u":[1,2],"date":0,"id":"00000000-0000-0000-0000-000000000000","iv":"P0M0DT0.000S"})"})
    CHECK(codec.through(row) == row);
}

TEST_CASE("decimals: digits unless they are Connect's") {
  Codec plain(R"({"type":"bytes","logicalType":"decimal","precision":9,"scale":2})");
  CHECK(plain.through("\"-12.5\"") == "\"-12.50\"");
  CHECK(plain.through("3") == "\"3.00\"");
  Codec connect(R"({"type":"bytes","logicalType":"decimal","precision":9,"scale":2,)"
                R"("connect.name":"org.apache.kafka.connect.data.Decimal"})");
  CHECK(connect.through("\"BOI=\"") == "\"BOI=\"");
  Codec fixed(
      R"({"type":"fixed","name":"F","size":8,"logicalType":"decimal","precision":9,"scale":3})");
  CHECK(fixed.encode("\"-0.001\"") == "ffffffffffffffff");
  CHECK(fixed.through("\"123456.789\"") == "\"123456.789\"");
  CHECK(fixed.encode("\"99999999999999999.000\"").find("too many digits") != std::string::npos);
  Codec unscaled(R"({"type":"bytes","logicalType":"decimal","precision":9})");
  CHECK(unscaled.through("\"77\"") == "\"77\"");
  Codec big(R"({"type":"bytes","logicalType":"big-decimal"})");
  CHECK(big.through("\"-1.2345\"") == "\"-1.2345\"");
  CHECK(big.decode("\x02\x00"s).find("big-decimal") != std::string::npos);
}

TEST_CASE("Debezium's decimal of any scale is a record as it stands") {
  Codec codec(R"({"type":"record","name":"VariableScaleDecimal","namespace":"io.debezium.data",)"
              R"("fields":[{"name":"scale","type":"int"},{"name":"value","type":"bytes"}]})");
  CHECK(codec.through(R"({"scale":3,"value":"AeJA"})") == R"({"scale":3,"value":"AeJA"})");
}

TEST_CASE("entries of a map whose keys are no strings are lists of two") {
  Codec codec(R"({"type":"array","items":{"type":"record","name":"MapEntry",)"
              R"("namespace":"io.confluent.connect.avro","fields":[{"name":"key","type":"int"},)"
              R"({"name":"value","type":"double"}]}})");
  CHECK(codec.through("[[1,1.5],[3,2.0]]") == "[[1,1.5],[3,2.0]]");
  CHECK(codec.encode("[[1]]").find("no pair") != std::string::npos);
  CHECK(codec.encode("[[1,2,3]]").find("no pair") != std::string::npos);
  CHECK(codec.encode("[{}]").find("no pair") != std::string::npos);
}

TEST_CASE("blocks with their size, and more than one of them") {
  Codec codec(R"({"type":"array","items":"int"})");
  CHECK(codec.decode("\x03\x04\x02\x04\x02\x06\x00"s) == "[1,2,3]");
  CHECK(codec.decode("\x03\x04\x02"s) == "a number does not fit its type");
}

TEST_CASE("bytes that are no value of the schema are refused") {
  Codec codec(kEnvelope);
  const std::string good =
      "\x00\x02\x0e\x02\x82\x80\xf2\x81\x83\x89\x85\x06\x04\x01\xff\x02\x63\x02"s;
  for (std::size_t size = 0; size < good.size(); ++size)
    CHECK(codec.decode(good.substr(0, size)).find('{') == std::string::npos);
  CHECK(codec.decode(good + "x") == "there are bytes behind the value");
  CHECK(codec.decode("\x04"s) == "a union has no such branch");
  CHECK(codec.decode("\x00\x00\x02\x63\x04"s) == "an enum has no such symbol");
  CHECK(codec.decode("\x00\x00\x02\xff\x02"s) == "a string is no valid UTF-8");
  Codec boolean("\"boolean\"");
  CHECK(boolean.decode("\x02") == "a boolean is neither 0 nor 1");
  Codec number("\"int\"");
  CHECK(number.decode("\x80\x80\x80\x80\x20") == "a number does not fit its type");
}

TEST_CASE("depth and size are bounded, whatever the bytes say") {
  const Plan deep(
      Schema::parse(R"({"type":"record","name":"R","fields":[{"name":"r","type":["null","R"]}]})"));
  Decoder decoder(deep);
  std::string out;
  CHECK(decoder.decode(std::string(10'000, '\x02'), out) ==
        std::string("the value is nested too deeply"));
  CHECK(out.empty());
  const Plan nulls(Schema::parse(R"({"type":"array","items":"null"})"));
  Decoder small(nulls, 1000);
  CHECK(small.decode("\xfe\xff\xff\xff\xff\xff\xff\xff\x7f", out) ==
        std::string("the value is too large"));
  CHECK(out.empty());
}
