#include "tools/kcat-cdc/value/record_builder.hpp"

#include "common/event/schema.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

event::Event decoded(event::Decoder& decoder, const std::string& line) {
  event::Event event;
  event::LineKind kind{};
  REQUIRE(decoder.decode(line, false, kind, event) == nullptr);
  return event;
}

std::string headers_of(const kafka::Outgoing& record) {
  std::string out;
  for (const kafka::Header& header : record.headers)
    out += std::string(header.name) + "=" + std::string(header.value.value()) + ";";
  return out;
}

struct Building {
  explicit Building(kcat_cdc::ValueOptions options = {}, kcat_cdc::SchemaIds* ids = nullptr)
      : builder(std::move(options), ids) {}
  kafka::Outgoing operator()(const std::string& line, std::string_view hash = "") {
    text = line;
    kafka::Outgoing record;
    built = builder.build(decoded(decoder, text), 0, "p.public.t", hash, record);
    return record;
  }
  void follow(const std::string& schema_line) {
    builder.follow(0, event::parse_schema_line(schema_line), "p.public.t");
  }
  event::Decoder decoder;
  kcat_cdc::RecordBuilder builder;
  std::string text;
  kcat_cdc::Built built{};
};

using kcat_cdc::Built;

constexpr const char* kEnvelope =
    R"({"type":"struct","fields":[{"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"}],"optional":true,"name":"p.public.t.Value","field":"before"},)"
    R"({"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"}],"optional":true,"name":"p.public.t.Value","field":"after"},)"
    R"({"type":"string","optional":false,"field":"op"}],"optional":false,"name":"p.public.t.Envelope"})";
constexpr const char* kKey =
    R"({"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"}],"optional":false,"name":"p.public.t.Key"})";

std::string schema_line(bool connect) {
  return R"({"__cdc":"schema","v":1,"schema":"public","table":"t","identity":"default","key":["id"],"columns":[{"name":"id","type":"integer","oid":23,"modifier":-1,"nullable":false}])" +
         (connect ? R"(,"encoding":"debezium","connect":{"key":)" + std::string(kKey) +
                        R"(,"value":)" + kEnvelope + "}"
                  : std::string()) +
         "}";
}

}  // namespace

TEST_CASE("the value is the line without what is ours, which becomes key and headers") {
  Building build;
  const auto record = build(
      R"({"pos":"A/1","key":{"id":2},"old_key":{"id":1},"before":null,"after":{"id":2},"source":{},"op":"c"})",
      "abc");
  CHECK(record.key == R"({"id":2})");
  CHECK(record.value == R"({"before":null,"after":{"id":2},"source":{},"op":"c"})");
  CHECK(headers_of(record) == R"(cdc.pos=A/1;cdc.schema=abc;__debezium.oldkey={"id":1};)");
}

TEST_CASE("without key, position and shape there is a value alone, whatever was built before") {
  Building build;
  CHECK(
      headers_of(build(
          R"({"pos":"A/1","key":{"id":1},"new_key":{"id":2},"before":null,"after":null,"source":{},"op":"d"})")) ==
      R"(cdc.pos=A/1;__debezium.newkey={"id":2};)");
  const auto record = build(R"({"key":null,"before":null,"after":{"a":1},"source":{},"op":"c"})");
  CHECK_FALSE(record.key.has_value());
  CHECK(record.value == R"({"before":null,"after":{"a":1},"source":{},"op":"c"})");
  CHECK(record.headers.empty());
}

TEST_CASE("a row alone") {
  Building build({.form = kcat_cdc::ValueForm::flat});
  const std::string rest = R"("source":{"ts_ms":5,"schema":"s","table":"t"},)";
  CHECK(build(R"({"key":{"id":1},"before":null,"after":{"id":1},)" + rest + R"("op":"u"})").value ==
        R"({"id":1,"__op":"u","__table":"t","__source_ts_ms":5,"__deleted":"false"})");
  const auto gone =
      build(R"({"key":{"id":1},"before":{"id":1,"v":null},"after":null,)" + rest + R"("op":"d"})");
  CHECK(gone.value ==
        R"({"id":1,"v":null,"__op":"d","__table":"t","__source_ts_ms":5,"__deleted":"true"})");
  CHECK(gone.key == R"({"id":1})");
  CHECK(build(R"({"key":{"id":2},"before":null,"after":null,)" + rest + R"("op":"d"})").value ==
        R"({"id":2,"__op":"d","__table":"t","__source_ts_ms":5,"__deleted":"true"})");
  CHECK(build(R"({"key":null,"before":null,"after":{},"source":{},"op":"c"})").value ==
        R"({"__op":"c","__table":null,"__source_ts_ms":null,"__deleted":"false"})");
  build(R"({"key":null,"before":null,"after":null,)" + rest + R"("op":"t"})");
  CHECK(build.built == Built::nothing);
  build(R"({"key":null,"before":null,"after":null,)" + rest + R"("op":"d"})");
  CHECK(build.built == Built::bad);
  build(R"({"key":null,"before":null,"after":{"__op":1},)" + rest + R"("op":"c"})");
  CHECK(build.built == Built::bad);
  const std::string message =
      R"("op":"m","ts_ms":1,"source":{},"transaction":null,"message":{"prefix":"p","content":""}})";
  CHECK(build(R"({"pos":"A/0","key":{"prefix":"p"},)" + message).value == "{" + message);
}

TEST_CASE("a delete whose key lacks what is never null") {
  Building build;
  build.follow(schema_line(false));
  build(R"({"key":{"id":null},"before":{"x":7},"after":null,"source":{},"op":"d"})");
  CHECK(build.built == Built::bad);
  CHECK(build.builder.reason().find("null") != std::string_view::npos);
  build(R"({"key":{"id":1},"before":{"x":7},"after":null,"source":{},"op":"d"})");
  CHECK(build.built == Built::record);
}

TEST_CASE("wrapped with the schemas of the schema line") {
  Building build({.with_schemas = true});
  const std::string event = R"("before":null,"after":{"id":2},"source":{},"op":"c"})";
  const std::string line = R"({"key":{"id":2},)" + event;
  CHECK_THROWS_WITH(build(line), doctest::Contains("no schema line"));
  CHECK_THROWS_WITH(build.follow(schema_line(false)), doctest::Contains("does not say"));
  build.follow(schema_line(true));
  const auto record = build(line);
  CHECK(record.value == R"({"schema":)" + std::string(kEnvelope) + R"(,"payload":{)" + event + "}");
  CHECK(record.key == R"({"schema":)" + std::string(kKey) + R"(,"payload":{"id":2}})");
  const auto keyless = build(R"({"key":null,)" + event);
  CHECK_FALSE(keyless.key.has_value());
  const std::string wrapped =
      R"("schema":{},"payload":{"before":null,"after":{},"source":{},"op":"c"}})";
  CHECK(build("{" + wrapped).value == "{" + wrapped);
}

TEST_CASE("headers of the user's") {
  Building build({.headers = {"a=1", "b=@name", "b=@n", "c=@gone", "d="}});
  const auto record =
      build(R"({"key":{"id":1},"before":null,"after":{"name":"x\"y","n":7},"source":{},"op":"c"})");
  CHECK(headers_of(record) == "a=1;b=x\"y;b=7;d=;");
  const auto gone =
      build(R"({"key":{"n":3},"before":{"name":null},"after":null,"source":{},"op":"d"})");
  REQUIRE(gone.headers.size() == 4);
  CHECK_FALSE(gone.headers[1].value.has_value());
  CHECK(gone.headers[2].value == "3");
}

namespace {

class Ids final : public kcat_cdc::SchemaIds {
 public:
  std::int32_t id_of(const std::string& subject, const std::string& schema) override {
    asked += subject + ";";
    last = schema;
    return 7;
  }
  std::string asked;
  std::string last;
};

}  // namespace

TEST_CASE("in Avro behind the id of its schema") {
  Ids ids;
  Building build({.avro = true}, &ids);
  build.follow(schema_line(true));
  CHECK(ids.asked == "p.public.t-key;p.public.t-value;");
  const auto record = build(R"({"key":{"id":2},"before":null,"after":{"id":2},"op":"c"})");
  CHECK(build.built == Built::record);
  CHECK(record.key == std::string_view("\0\0\0\0\x07\x04", 6));
  CHECK(record.value == std::string_view("\0\0\0\0\x07\x00\x02\x04\x02"
                                         "c",
                                         10));
  build(R"({"key":{"id":2},"before":null,"after":{"id":"x"},"op":"c"})");
  CHECK(build.built == Built::bad);
  CHECK(build.builder.reason().find("does not fit its schema") != std::string_view::npos);
}

TEST_CASE("lines that carry their schemas are written in Avro as the same lines without them") {
  Ids ids;
  Building build({.avro = true, .headers = {"row=@id"}}, &ids);
  build.follow(schema_line(true));
  const std::string event = R"("before":null,"after":null,"op":"d")";
  const auto bare = build(R"({"key":{"id":2},)" + event + "}");
  CHECK(build.built == Built::record);
  const std::string key(*bare.key);
  const std::string value(*bare.value);
  const auto wrapped =
      build(R"({"key":{"schema":)" + std::string(kKey) + R"(,"payload":{"id":2}},"schema":)" +
            kEnvelope + R"(,"payload":{)" + event + "}}");
  CHECK(build.built == Built::record);
  CHECK(wrapped.key == key);
  CHECK(wrapped.value == value);
  CHECK(headers_of(wrapped) == "row=2;");
}
