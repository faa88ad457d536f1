#include "tools/kcat-cdc/value/flat_row.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit;
using nlohmann::json;

TEST_CASE("the schema of a row alone is that of `after` and what is added") {
  const std::string envelope =
      R"({"type":"struct","fields":[{"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"}],)"
      R"("optional":true,"name":"p.t.Value","field":"after"},{"type":"string","field":"op"}]})";
  const json schema = json::parse(kcat_cdc::flat_schema(envelope));
  CHECK(schema["name"] == "p.t.Value");
  CHECK(schema["optional"] == false);
  CHECK(schema["fields"].size() == 5);
  CHECK(schema["fields"][0]["field"] == "id");
  CHECK(schema["fields"][3]["field"] == "__source_ts_ms");
  CHECK(kcat_cdc::flat_schema(R"({"type":"struct","fields":[]})").empty());
  CHECK(kcat_cdc::flat_schema("{}").empty());
}

TEST_CASE("members of the source are found wherever they stand") {
  event::Decoder decoder;
  kcat_cdc::SourceFields fields;
  event::LineKind kind{};
  event::Event event;
  for (const std::string& line :
       {std::string(R"({"after":{},"source":{"table":"t","ts_ms":1},"op":"c"})"),
        std::string(R"({"after":{},"source":{"x":{"table":9},"ts_ms":2,"table":"u"},"op":"c"})"),
        std::string(R"({"after":{},"source":{},"op":"c"})")}) {
    REQUIRE(decoder.decode(line, false, kind, event) == nullptr);
    const json source = json::parse(line)["source"];
    CHECK(fields.table(event) == (source.contains("table") ? source["table"].dump() : ""));
    CHECK(fields.ts_ms(event) == (source.contains("ts_ms") ? source["ts_ms"].dump() : ""));
  }
}
