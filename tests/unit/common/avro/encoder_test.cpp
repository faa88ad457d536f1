#include "tests/unit/common/avro/round_trip.hpp"

using namespace cdckit;
using namespace cdckit::avro;

namespace {
constexpr const char* kRow =
    R"({"before":null,"after":{"id":7,"seen":1700000000000001,"n":"Af8="},"op":"c","e":"b"})";
constexpr const char* kBytes = "00020e028280f281838985060401ff026302";
}  // namespace

TEST_CASE("an envelope is what libavro writes") {
  Codec codec(kEnvelope);
  CHECK(codec.encode(kRow) == kBytes);
}

TEST_CASE("members that the line's walk found, in whatever order they stand") {
  Codec codec(kEnvelope);
  ndjson::Walker walker;
  for (
      const char* text :
      {kRow,
       R"({"e":"b","op":"c","after":{"n":"Af8=","seen":1700000000000001,"id":7},"before":null})",
       R"({ "after" : { "id" : 7 , "n" : "Af8=" , "seen" : 1700000000000001 } , "op" : "\u0063", "e" : "b" })",
       R"({"\u0062efore":null,"op":"c","after":{"id":7,"se\u0065n":1700000000000001,"n":"Af8="},"e":"b"})"}) {
    const std::string line = text;
    REQUIRE(walker.walk(line, false) == nullptr);
    std::string out;
    CHECK(codec.encoder.encode(out, line, walker.members()));
    CHECK(Codec::hex(out) == kBytes);
    CHECK(codec.encode(line) == kBytes);
  }
}

TEST_CASE("an event without the members that are ours, also out of a payload") {
  Codec codec(kEnvelope);
  event::Decoder decoder;
  for (const std::string line :
       {R"({"pos":"00000000016B3748/0000000000000002","key":{"id":7},"before":null,)"
        R"("after":{"id":7,"seen":1700000000000001,"n":"Af8="},"op":"c","e":"b"})",
        R"({"pos":"00000000016B3748/0000000000000002","key":{"schema":{},"payload":{"id":7}},)"
        R"("schema":{"x":1},"payload":{"before":null,)"
        R"("after":{"id":7,"seen":1700000000000001,"n":"Af8="},"op":"c","e":"b"}})",
        R"({"before":null,"pos":"00000000016B3748/0000000000000002",)"
        R"("after":{"id":7,"seen":1700000000000001,"n":"Af8="},"op":"c","kafka":{},"e":"b"})"}) {
    event::LineKind kind{};
    event::Event event;
    REQUIRE(decoder.decode(line, false, kind, event) == nullptr);
    REQUIRE(kind == event::LineKind::event);
    std::string out;
    CHECK(codec.encoder.encode(out, event));
    CHECK(Codec::hex(out) == kBytes);
  }
}

TEST_CASE("a field without a member is null where it may be") {
  Codec codec(R"({"type":"record","name":"R","fields":[{"name":"a","type":["int","null"]},)"
              R"({"name":"b","type":"int"},{"name":"c","type":"null"}]})");
  CHECK(codec.through(R"({"b":1})") == R"({"a":null,"b":1,"c":null})");
  CHECK(codec.encode(R"({"a":1})") == R"("b" is missing, and cannot be null)");
}

TEST_CASE("nothing is lost in silence: members without a field, or twice there, are refused") {
  Codec codec(R"({"type":"record","name":"R","fields":[{"name":"a","type":["null","int"]},)"
              R"({"name":"b","type":["null","int"]}]})");
  CHECK(codec.encode(R"({"a":1,"b":2,"c":3})") == R"("c" is no field of the schema)");
  CHECK(codec.encode(R"({"x":1})") == R"("x" is no field of the schema)");
  CHECK(codec.encode(R"({"a":1,"a":2})") == "the value has a member twice");
  CHECK(codec.through("{}") == R"({"a":null,"b":null})");
}

TEST_CASE("what does not fit its type is refused by name and value") {
  Codec codec(
      R"({"type":"record","name":"R","fields":[{"name":"r","type":{"type":"record","name":"S",)"
      R"("fields":[{"name":"i","type":["null","int"]},{"name":"l","type":["null","long"]},)"
      R"({"name":"b","type":["null","boolean"]},{"name":"s","type":["null","string"]},)"
      R"({"name":"y","type":["null","bytes"]},{"name":"f","type":["null","float"]},)"
      R"({"name":"e","type":["null",{"type":"enum","name":"E","symbols":["x"]}]},)"
      R"({"name":"x","type":["null",{"type":"fixed","name":"F","size":2}]},)"
      R"({"name":"d","type":["null",{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}]},)"
      R"({"name":"a","type":["null",{"type":"array","items":"int"}]},)"
      R"({"name":"m","type":["null",{"type":"map","values":"int"}]}]}}]})");
  const auto row = [&](const std::string& inner) {
    return codec.encode(R"({"r":{)" + inner + "}}");
  };
  CHECK(row(R"("i":2147483648)") == R"("r.i" is no int: 2147483648)");
  CHECK(row(R"("i":"7")") == R"("r.i" is no int: "7")");
  CHECK(row(R"("l":1.5)") == R"("r.l" is no long: 1.5)");
  CHECK(row(R"("b":1)") == R"("r.b" is no boolean: 1)");
  CHECK(row(R"("s":1)") == R"("r.s" is no string: 1)");
  CHECK(row(R"("s":"\ud800")") == R"("r.s" holds half a pair of surrogates: "\ud800")");
  CHECK(row(R"("y":"*")") == R"("r.y" is no base64: "*")");
  CHECK(row(R"("f":1e99)") == R"("r.f" is no float: 1e99)");
  CHECK(row(R"("e":"y")") == R"("r.e" is none of the enum's symbols: "y")");
  CHECK(row(R"("x":"AA==")") == R"("r.x" has another size: "AA==")");
  CHECK(row(R"("d":"1.234")") == R"("r.d" is no decimal of this scale: 1.234)");
  CHECK(row(R"("a":{})") == R"("r.a" is no array: {})");
  CHECK(row(R"("a":[1,"x"])") == R"("r.a" is no int: "x")");
  CHECK(row(R"("m":[])") == R"("r.m" is no map: [])");
  CHECK(row(R"("m":{"k":null})") == R"("r.m.k" is no int: null)");
  CHECK(codec.encode(R"({"r":null})") == R"("r" is no record: null)");
  CHECK(codec.encode("[]") == "the value is no record: []");
}

TEST_CASE("nesting that never ends is refused") {
  Codec codec(R"({"type":"record","name":"R","fields":[{"name":"r","type":["null","R"]}]})");
  std::string deep = "null";
  for (int i = 0; i < 100; ++i) deep = R"({"r":)" + deep + "}";
  CHECK(codec.encode(deep).find("too deeply") != std::string::npos);
}

TEST_CASE("a before with the key alone gets nothing of each type; other nulls are refused") {
  Codec codec(
      R"({"type":"record","name":"E","fields":[{"name":"before","type":["null",{"type":"record",)"
      R"("name":"V","fields":[{"name":"id","type":"int"},{"name":"n","type":["null","int"]},)"
      R"({"name":"b","type":"boolean"},{"name":"f","type":"float"},{"name":"d","type":"double"},)"
      R"({"name":"s","type":"string"},{"name":"y","type":"bytes"},)"
      R"({"name":"m","type":{"type":"bytes","connect.name":"org.apache.kafka.connect.data.Decimal"}},)"
      R"({"name":"v","type":{"type":"record","name":"X","connect.name":"io.debezium.data.VariableScaleDecimal",)"
      R"("fields":[{"name":"scale","type":"int"},{"name":"value","type":"bytes"}]}},)"
      R"({"name":"a","type":{"type":"array","items":"int"}},)"
      R"({"name":"h","type":{"type":"map","values":"int"}},)"
      R"({"name":"x","type":{"type":"fixed","name":"F","size":2}},)"
      R"({"name":"c","type":{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}}]}]},)"
      R"({"name":"after","type":["null","V"]},{"name":"op","type":"string"}]})");
  event::Decoder decoder;
  event::LineKind kind{};
  event::Event event;
  for (
      const std::string before :
      {R"({"id":7,"n":null,"b":null,"f":null,"d":null,"s":null,"y":null,"m":null,"v":null,"a":null,)"
       R"("h":null,"x":null,"c":null})",
       R"({"id":7})"}) {
    const std::string line = R"({"before":)" + before + R"(,"after":null,"op":"d"})";
    REQUIRE(decoder.decode(line, false, kind, event) == nullptr);
    std::string bytes;
    CHECK(codec.encoder.encode(bytes, event));
    CHECK(
        codec.decode(bytes) ==
        R"({"before":{"id":7,"n":null,"b":false,"f":0.0,"d":0.0,"s":"","y":"","m":"AA==",)"
        R"("v":{"scale":0,"value":"AA=="},"a":[],"h":{},"x":"AAA=","c":"0.00"},"after":null,"op":"d"})");
    bytes.clear();
    CHECK_FALSE(codec.encoder.encode(bytes, line));
  }
  const std::string after = R"({"before":null,"after":{"id":7},"op":"c"})";
  REQUIRE(decoder.decode(after, false, kind, event) == nullptr);
  std::string bytes;
  CHECK_FALSE(codec.encoder.encode(bytes, event));
  CHECK(codec.encoder.problem().find("after.b") != std::string::npos);
}
