#include "tools/snow-put/row_encoder.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using snow_put::Origin;

namespace {

snow::TableDescription table() {
  snow::TableDescription out;
  const auto add = [&](const char* name, const char* type) {
    out.columns.push_back({name, type, snow::parse_column_type(type), true, false, ""});
  };
  add("ID", "NUMBER(10,0)");
  add("NAME", "VARCHAR");
  add("on ground", "BOOLEAN");
  for (const char* name :
       {"_CDC_POS", "_CDC_OP", "_CDC_UNCHANGED", "_CDC_OLD_KEY", "_CDC_NEW_KEY"}) {
    add(name, "VARCHAR");
  }
  return out;
}

event::Event decoded(event::Decoder& decoder, const std::string& line) {
  event::Event event;
  event::LineKind kind{};
  REQUIRE(decoder.decode(line, false, kind, event) == nullptr);
  return event;
}

}  // namespace

TEST_CASE("events become journal rows") {
  event::Decoder decoder;
  snow_put::RowEncoder encoder(table());
  std::string out;
  const std::string insert =
      R"({"pos":"x","key":{"id":1},"old_key":{"id":7},"before":null,"after":{"id":1,"on ground":true},)"
      R"("source":{"ts_us":1780000000123456,"schema":"s","table":"t"},"op":"c","unchanged":["name"]})";
  CHECK(encoder.encode_event(out, decoded(decoder, insert), {Origin::stream, {1, 2}}).empty());
  CHECK(out == R"({"_CDC_POS":"0000000000000001/0000000000000002","_CDC_OP":"c",)"
               R"("_CDC_COMMIT_TS":"2026-05-28T20:26:40.123456Z","ID":1,"on ground":true,)"
               R"("_CDC_UNCHANGED":["NAME"],"_CDC_OLD_KEY":{"ID":7}})"
               "\n");
}

TEST_CASE("deletes take the old row or the key, truncates nothing") {
  event::Decoder decoder;
  snow_put::RowEncoder encoder(table());
  std::string out;
  encoder.encode_event(
      out,
      decoded(
          decoder,
          R"({"key":{"id":4},"before":null,"after":null,"source":{},"op":"d","new_key":{"id":5}})"),
      {Origin::stream, {1, 1}});
  CHECK(out.find(R"("_CDC_OP":"d","ID":4,"_CDC_NEW_KEY":{"ID":5})") != std::string::npos);
  out.clear();
  encoder.encode_event(
      out,
      decoded(decoder, R"({"key":null,"before":null,"after":null,"source":{},"op":"t"})"),
      {Origin::stream, {1, 1}});
  CHECK(out == "{\"_CDC_POS\":\"0000000000000001/0000000000000001\",\"_CDC_OP\":\"t\"}\n");
}

TEST_CASE("a column that the target lacks leaves nothing behind") {
  event::Decoder decoder;
  snow_put::RowEncoder encoder(table());
  std::string out = "before\n";
  const std::string line = R"({"before":null,"after":{"id":1,"height":2},"source":{},"op":"c"})";
  const event::Event event = decoded(decoder, line);
  CHECK(encoder.encode_event(out, event, {Origin::stream, {1, 1}}).find("height") !=
        std::string::npos);
  CHECK(out == "before\n");
  CHECK_FALSE(encoder.encode_row(out, R"({"_cdc_pos":"1"})").empty());
  CHECK(out == "before\n");
}

TEST_CASE("plain rows go by column name, in any order") {
  snow_put::RowEncoder encoder(table());
  std::string out;
  CHECK(encoder.encode_row(out, R"({"name":5,"id":1})").empty());
  CHECK(encoder.encode_row(out, R"({"id":2,"name":"\u00e9"})").empty());
  CHECK(out == "{\"NAME\":\"5\",\"ID\":1}\n{\"ID\":2,\"NAME\":\"\\u00e9\"}\n");
}
