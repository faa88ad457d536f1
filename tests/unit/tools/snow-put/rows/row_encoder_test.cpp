#include "tools/snow-put/rows/row_encoder.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using event::Origin;

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

std::string row(snow_put::RowEncoder& encoder, std::string& out, const std::string& line) {
  event::Decoder decoder;
  return encoder.encode_row(out, decoded(decoder, line));
}

}  // namespace

TEST_CASE("events become journal rows") {
  event::Decoder decoder;
  snow_put::RowEncoder encoder(table());
  std::string out;
  const std::string insert =
      R"({"pos":"x","key":{"id":1},"old_key":{"id":7},"before":null,"after":{"id":1,"on ground":true},)"
      R"("source":{"ts_us":1780000000123456,"schema":"s","table":"t"},"op":"c","unchanged":["name"]})";
  CHECK(encoder.encode_event(out, decoded(decoder, insert), {event::Origin::stream, {1, 2}, 0})
            .empty());
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
      {event::Origin::stream, {1, 1}, 0});
  CHECK(out.find(R"("_CDC_OP":"d","ID":4,"_CDC_NEW_KEY":{"ID":5})") != std::string::npos);
  out.clear();
  encoder.encode_event(
      out,
      decoded(decoder, R"({"key":null,"before":null,"after":null,"source":{},"op":"t"})"),
      {event::Origin::stream, {1, 1}, 0});
  CHECK(out == "{\"_CDC_POS\":\"0000000000000001/0000000000000001\",\"_CDC_OP\":\"t\"}\n");
}

TEST_CASE("a column that the target lacks leaves nothing behind") {
  event::Decoder decoder;
  snow_put::RowEncoder encoder(table());
  std::string out = "before\n";
  const std::string line = R"({"before":null,"after":{"id":1,"height":2},"source":{},"op":"c"})";
  const event::Event event = decoded(decoder, line);
  CHECK(encoder.encode_event(out, event, {event::Origin::stream, {1, 1}, 0}).find("height") !=
        std::string::npos);
  CHECK(out == "before\n");
  CHECK_FALSE(row(encoder, out, R"({"_cdc_pos":"1"})").empty());
  CHECK(out == "before\n");
}

TEST_CASE("plain rows go by column name, in any order") {
  snow_put::RowEncoder encoder(table());
  std::string out;
  CHECK(row(encoder, out, R"({"name":5,"id":1})").empty());
  CHECK(row(encoder, out, R"({"id":2,"name":"\u00e9"})").empty());
  CHECK(out == "{\"NAME\":\"5\",\"ID\":1}\n{\"ID\":2,\"NAME\":\"\\u00e9\"}\n");
}

TEST_CASE("what kcat-cdc put on a row is no part of it") {
  snow_put::RowEncoder encoder(table());
  std::string out;
  CHECK(row(encoder,
            out,
            R"({"pos":null,"key":{"x":1},"kafka":{"topic":"t","partition":0,"offset":7},"id":1})")
            .empty());
  CHECK(out == "{\"ID\":1}\n");
  CHECK_FALSE(row(encoder, out, R"({"key":1,"id":1})").empty());  // its own member
}

TEST_CASE("two members of one column make a bad row, in keys and images of events too") {
  snow_put::RowEncoder encoder(table());
  std::string out;
  CHECK(row(encoder, out, R"({"id":1,"name":"a","NAME":"b"})").find("NAME") != std::string::npos);
  CHECK_FALSE(row(encoder, out, R"({"id":1,"id":1})").empty());
  CHECK(out.empty());
  CHECK(row(encoder, out, R"({"id":1})").empty());
  event::Decoder decoder;
  const event::Event moved = decoded(
      decoder,
      R"({"key":{"id":1},"old_key":{"id":7},"before":null,"after":{"id":1},"source":{},"op":"c"})");
  CHECK(encoder.encode_event(out, moved, {event::Origin::stream, {1, 2}, 0}).empty());
}

TEST_CASE("a source's own RECORD_METADATA goes into its journal") {
  snow::TableDescription journal = table();
  journal.columns.push_back(
      {"RECORD_METADATA", "VARCHAR", snow::parse_column_type("VARCHAR"), true, false, ""});
  snow_put::RowEncoder encoder(journal);
  std::string out;
  event::Decoder decoder;
  const event::Event event = decoded(
      decoder,
      R"({"before":null,"after":{"id":1,"record_metadata":"x"},"source":{},"op":"c","key":{"id":1}})");
  CHECK(encoder.encode_event(out, event, {event::Origin::stream, {1, 2}, 0}).empty());
  CHECK(out.find(R"("RECORD_METADATA":"x")") != std::string::npos);
}

TEST_CASE("what the service would refuse of rows that nothing tells from others") {
  snow::TableDescription strict;
  const auto add = [&](const char* name, const char* type, bool nullable, bool has_default) {
    strict.columns.push_back(
        {name, type, snow::parse_column_type(type), nullable, false, "", has_default});
  };
  add("ID", "NUMBER(10,0)", false, false);
  add("STATE", "VARCHAR(3)", false, true);
  add("BLOB", "BINARY(2)", true, false);
  add("RECORD_METADATA", "VARIANT", false, false);
  snow_put::RowSettings settings;
  const auto problem = [&](const std::string& line) {
    snow_put::RowEncoder encoder(strict, settings);
    std::string out;
    return row(encoder, out, line);
  };
  CHECK(problem(R"({"state":"abcd"})").empty());  // the service's to judge
  settings.has_no_position = true;
  CHECK(problem(R"({"id":1,"state":"\u00e4\u00f6ü","blob":"YWI="})").empty());
  CHECK(problem(R"({"id":1,"blob":"\\x6162"})").empty());
  CHECK(problem(R"({"id":1})").empty());
  CHECK(problem(R"({"state":"abc"})").find("\"ID\"") != std::string::npos);
  CHECK(problem(R"({"id":null})").find("NOT NULL") != std::string::npos);
  CHECK(problem(R"({"id":1,"state":null})").find("NOT NULL") != std::string::npos);
  CHECK(problem(R"({"id":1,"state":"abcd"})").find("longer") != std::string::npos);
  CHECK(problem(R"({"id":1,"state":1234})").find("longer") != std::string::npos);
  CHECK(problem(R"({"id":1,"blob":"YWJj"})").find("longer") != std::string::npos);
  CHECK(problem(R"({"id":1,"blob":"\\x616263"})").find("longer") != std::string::npos);
  CHECK_FALSE(problem(R"({"id":1,"record_metadata":{}})").empty());
}

TEST_CASE("members without a column are bad, or left out") {
  snow_put::RowSettings settings;
  settings.skip_unmapped = true;
  snow_put::RowEncoder encoder(table(), settings);
  std::string out;
  CHECK(row(encoder, out, R"({"other":1,"id":1})").empty());
  CHECK(out == "{\"ID\":1}\n");
}

TEST_CASE("the channel is written down where the journal has a column for it") {
  snow::TableDescription journal = table();
  journal.columns.push_back(
      {"_CDC_CHANNEL", "VARCHAR", snow::parse_column_type("VARCHAR"), true, false, ""});
  journal.columns.push_back(
      {"DOC", "VARIANT", snow::parse_column_type("VARIANT"), true, false, ""});
  event::Decoder decoder;
  snow_put::RowSettings settings;
  settings.constants = R"("TENANT":"a",)";
  snow_put::RowEncoder encoder(journal, settings);
  std::string out;
  const std::string line = R"({"before":null,"after":{"id":1,"doc":null},"source":{},"op":"c"})";
  CHECK(
      encoder.encode_event(out, decoded(decoder, line), {event::Origin::stream, {1, 1}, 0}, "p_s.t")
          .empty());
  CHECK(out ==
        "{\"TENANT\":\"a\",\"_CDC_POS\":\"0000000000000001/0000000000000001\",\"_CDC_OP\":\"c\","
        "\"_CDC_CHANNEL\":\"p_s.t\",\"ID\":1}\n");
}

namespace {

snow_put::RowEncoder columns_encoder(bool metadata) {
  snow::TableDescription columns = table();
  columns.columns.resize(3);
  if (metadata)
    columns.columns.push_back(
        {"RECORD_METADATA", "VARIANT", snow::parse_column_type("VARIANT"), true, false, ""});
  snow_put::RowSettings settings;
  settings.layout = snow_put::Layout::columns;
  return snow_put::RowEncoder(columns, settings);
}

std::string event_row(snow_put::RowEncoder& encoder, const std::string& line) {
  event::Decoder decoder;
  std::string out;
  const std::string reason =
      encoder.encode_event(out, decoded(decoder, line), {event::Origin::stream, {1, 1}, 0});
  return reason.empty() ? out : reason;
}

}  // namespace

TEST_CASE("columns: what happened to a row stands in RECORD_METADATA, or the row is a bad one") {
  const std::string deletion =
      R"({"key":{"id":4},"before":null,"after":null,"source":{},"op":"d"})";
  const std::string truncate = R"({"key":null,"before":null,"after":null,"source":{},"op":"t"})";
  const std::string update =
      R"({"key":{"id":4},"before":null,"after":{"id":4},"source":{},"op":"u","unchanged":["name"]})";
  auto with = columns_encoder(true);
  const std::string row = event_row(with, deletion);
  CHECK(row.find(R"("op":"d"},"ID":4})") != std::string::npos);
  CHECK(event_row(with, truncate).find(R"("op":"t"}})") != std::string::npos);
  CHECK(event_row(with, update).find(R"("op":"u","unchanged":["name"]},"ID":4})") !=
        std::string::npos);
  auto without = columns_encoder(false);
  CHECK(event_row(without, deletion).find("RECORD_METADATA") != std::string::npos);
  CHECK(event_row(without, truncate).find("RECORD_METADATA") != std::string::npos);
  CHECK(event_row(without, update) == "{\"ID\":4}\n");
}

TEST_CASE("flat rows: deletes stay deletes, and no placeholder gets into a column") {
  auto with = columns_encoder(true);
  std::string out;
  CHECK(row(with,
            out,
            R"({"id":1,"name":"__debezium_unavailable_value","__op":"u","__deleted":"false"})")
            .empty());
  CHECK(out.starts_with(R"({"ID":1,"RECORD_METADATA":{"SnowflakeConnectorPushTime":)"));
  CHECK(out.ends_with("\"op\":\"u\",\"unchanged\":[\"name\"]}}\n"));
  out.clear();
  CHECK(row(with, out, R"({"id":1,"__deleted":"true"})").empty());
  CHECK(out.ends_with("\"op\":\"d\"}}\n"));
  auto without = columns_encoder(false);
  CHECK_FALSE(row(without, out, R"({"id":1,"__deleted":"true"})").empty());
  snow::TableDescription marked = table();
  marked.columns.push_back(
      {"__DELETED", "BOOLEAN", snow::parse_column_type("BOOLEAN"), true, false, ""});
  snow_put::RowEncoder deleted(marked);
  out.clear();
  CHECK(row(deleted, out, R"({"id":1,"__deleted":"true"})").empty());
  CHECK(out == "{\"ID\":1,\"__DELETED\":\"true\"}\n");
}

TEST_CASE("variant: metadata and content") {
  event::Decoder decoder;
  snow_put::RowSettings settings;
  settings.layout = snow_put::Layout::variant;
  snow_put::RowEncoder encoder({}, settings);
  std::string out;
  const std::string line =
      R"({"pos":"x","key":{"id":1},"kafka":{"topic":"t","partition":3,"offset":7,"timestamp":9},)"
      R"("before":null,"after":{"id":1},"source":{},"op":"c"})";
  CHECK(encoder.encode_event(out, decoded(decoder, line), {event::Origin::stream, {1, 1}, 0})
            .empty());
  CHECK(out.starts_with(
      R"({"RECORD_METADATA":{"topic":"t","partition":3,"offset":7,"CreateTime":9,)"));
  CHECK(out.find(R"("key":{"id":1})") != std::string::npos);
  CHECK(out.find(R"("RECORD_CONTENT":{"before":null,"after":{"id":1},"source":{},"op":"c"})") !=
        std::string::npos);
  out.clear();
  CHECK(row(encoder, out, R"({"a":1})").empty());
  CHECK(out.find(R"("RECORD_CONTENT":{"a":1})") != std::string::npos);
}
