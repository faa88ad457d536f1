#include "tools/kcat-cdc/consume/record_lines.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::kcat_cdc;

namespace {

constexpr const char* kLine = R"({"__cdc":"schema","v":1,"schema":"s","table":"t"})";

ShapeBook one_shape() {
  return {[](const std::string&) { return ShapeBook::Lines{{"h", kLine}}; }, [] { return false; }};
}

kafka::Record record(std::optional<std::string_view> value) {
  kafka::Record out;
  out.topic = "p.s.t";
  out.value = value;
  out.headers = {{kSchemaHeader, "h"}};
  return out;
}

}  // namespace

TEST_CASE("a record is a line behind its shape, where shapes are wanted") {
  RecordLines lines(false, true, one_shape());
  PartitionProgress at;
  std::string out;
  CHECK(lines.append(record(R"({"a":1})"), at, out) == RecordLines::Result::line);
  CHECK(out.starts_with(std::string(kLine) + "\n{\"pos\":null"));
  out.clear();
  CHECK(lines.append(record(R"({"a":1})"), at, out) == RecordLines::Result::line);
  CHECK(out.starts_with("{\"pos\":null"));
  RecordLines plain(false, false, one_shape());
  PartitionProgress other;
  out.clear();
  CHECK(plain.append(record(R"({"a":1})"), other, out) == RecordLines::Result::line);
  CHECK(out.starts_with("{\"pos\":null"));
}

TEST_CASE("tombstones and schema records are no lines") {
  RecordLines lines(false, false, one_shape());
  PartitionProgress at;
  std::string out;
  CHECK(lines.append(record(std::nullopt), at, out) == RecordLines::Result::nothing);  // no key
  kafka::Record shape = record(kLine);
  shape.topic = "p.__schema";
  CHECK(lines.append(shape, at, out) == RecordLines::Result::nothing);
  CHECK(out.empty());
  // somebody else's data, whatever it looks like
  CHECK(lines.append(record(kLine), at, out) == RecordLines::Result::line);
  CHECK(out.starts_with("{\"pos\":null"));
}

TEST_CASE("a tombstone whose delete event an earlier run gave out is no line") {
  kafka::Record gone = record(R"({"before":null,"after":null,"op":"d"})");
  gone.key = R"({"id":1})";
  kafka::Record tombstone = record(std::nullopt);
  tombstone.key = gone.key;
  for (const bool recalled : {true, false}) {
    RecordLines lines(false, false, one_shape());
    PartitionProgress at;
    std::string out;
    if (recalled) lines.recall(gone);
    CHECK((lines.append(tombstone, at, out) == RecordLines::Result::nothing) == recalled);
    CHECK(out.empty() == recalled);
  }
  RecordLines raw(true, false, one_shape());
  CHECK_NOTHROW(raw.recall(gone));
}

TEST_CASE("what cannot be read says why") {
  RecordLines lines(false, false, one_shape());
  PartitionProgress at;
  std::string out;
  CHECK(lines.append(record("text"), at, out) == RecordLines::Result::undecodable);
  CHECK(lines.reason() == "its value is no JSON object");
  CHECK(out.empty());
}

TEST_CASE("records that bring their schema have its line before them, once until it changes") {
  RecordLines lines(false, true, one_shape());
  PartitionProgress at;
  const auto line_of = [&](const std::string& schema) {
    const std::string value =
        R"({"schema":{"type":"struct","fields":)" + schema +
        R"(},"payload":{"after":{},"source":{"schema":"s","table":"t"},"op":"c"}})";
    kafka::Record own = record(value);
    own.headers.clear();
    std::string out;
    CHECK(lines.append(own, at, out) == RecordLines::Result::line);
    return out;
  };
  CHECK(line_of("[]").starts_with(R"({"__cdc":"schema","v":1,"schema":"s","table":"t")"));
  CHECK(line_of("[]").starts_with(R"({"pos":null)"));
  CHECK(line_of(R"([{"field":"a","type":"int32"}])").find("integer") != std::string::npos);
  CHECK(line_of("[]").starts_with(R"({"__cdc":"schema")"));
  // a shape of ours for the same table takes its place
  std::string out;
  CHECK(lines.append(record(R"({"a":1})"), at, out) == RecordLines::Result::line);
  CHECK(out.starts_with(kLine));
  CHECK(line_of("[]").starts_with(R"({"__cdc":"schema")"));
}
