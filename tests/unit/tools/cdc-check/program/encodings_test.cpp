#include "tools/cdc-check/program/encodings.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::cdc_check;

TEST_CASE("by the Connect schema that comes along") {
  event::TableSchema schema;
  schema.encoding = "debezium";
  schema.connect =
      R"({"key":{},"value":{"type":"struct","fields":[{"field":"before","fields":[]},{"field":"after","fields":[)"
      R"({"field":"d","name":"io.debezium.time.Date"},{"field":"t","name":"io.debezium.time.NanoTimestamp"},)"
      R"({"field":"n","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2"}},)"
      R"({"field":"v","name":"io.debezium.data.VariableScaleDecimal"},{"field":"plain","type":"string"}]}]}})";
  const auto encodings = encodings_of(schema);
  CHECK(encodings.size() == 4);
  CHECK(encodings.at("d").unit == Unit::days);
  CHECK(encodings.at("t").unit == Unit::nanoseconds);
  CHECK(encodings.at("n").base64_decimal);
  CHECK(encodings.at("n").scale == 2);
  CHECK(encodings.at("v").base64_decimal);
}

TEST_CASE("by type and the connector's defaults") {
  event::TableSchema schema;
  schema.columns = {{"d", "date"},
                    {"t3", "timestamp(3) without time zone", 0, 3},
                    {"t6", "timestamp without time zone"},
                    {"z", "timestamp with time zone"},
                    {"n", "numeric(12,2)", 0, (12 << 16) + 2 + 4},
                    {"x", "text"}};
  CHECK(encodings_of(schema).empty());
  schema.encoding = "debezium";
  const auto encodings = encodings_of(schema);
  CHECK(encodings.at("d").unit == Unit::days);
  CHECK(encodings.at("t3").unit == Unit::milliseconds);
  CHECK(encodings.at("t6").unit == Unit::microseconds);
  CHECK_FALSE(encodings.contains("z"));
  CHECK(encodings.at("n").scale == 2);
  CHECK_FALSE(encodings.contains("x"));
}

TEST_CASE("decimals in bytes") {
  const auto text = [](const char* token, std::int32_t scale) {
    return decimal_text(token, scale).value_or("none");
  };
  CHECK(text(R"("AeI=")", 2) == "4.82");
  CHECK(text(R"("/w==")", 0) == "-1");
  CHECK(text(R"("AA==")", 2) == "0.00");
  CHECK(text(R"("gA==")", 1) == "-12.8");
  CHECK(text(R"({"scale":3,"value":"AeI="})", 0) == "0.482");
  CHECK(text(R"("S0c6hFFmTg==")", 0) == "21188939906901582");
  CHECK(text(R"("")", 0) == "none");
  CHECK(text(R"("not base64!")", 0) == "none");
  CHECK(text(R"({"value":"AA=="})", 0) == "none");
  // more digits than a check can compare, all of them there
  CHECK(text(R"("f////////////////////////////w==")", 0) ==
        "47890485652059026823698344598447161988085597568237567");
  CHECK(text(R"("gAAAAAAAAAAAAAAAAAAAAAAAAAAA")", 3) ==
        "-187072209578355573530071658587684226515959365500.928");
  CHECK(text(R"("AQ==")", -3) == "1000");
  CHECK(text(R"("AA==")", -3) == "0");
  CHECK(text(R"({"scale":30000,"value":"AQ=="})", 0) == "none");
  CHECK(text(R"({"scale":99999999999999999999,"value":"AQ=="})", 0) == "none");
}
