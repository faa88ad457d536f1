#include "tools/kcat-cdc/record_builder.hpp"

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
    out += std::string(header.name) + "=" + std::string(header.value) + ";";
  return out;
}

}  // namespace

TEST_CASE("the value is the line without what is ours, which becomes key and headers") {
  const std::string line =
      R"({"pos":"A/1","key":{"id":2},"old_key":{"id":1},"before":null,"after":{"id":2},"source":{},"op":"c"})";
  event::Decoder decoder;
  kcat_cdc::RecordBuilder builder;
  const auto record = builder.record_of(decoded(decoder, line), "abc");
  CHECK(record.key == R"({"id":2})");
  CHECK(record.value == R"({"before":null,"after":{"id":2},"source":{},"op":"c"})");
  CHECK(headers_of(record) == R"(cdc.pos=A/1;cdc.schema=abc;__debezium.oldkey={"id":1};)");
}

TEST_CASE("without key, position and shape there is a value alone, whatever was built before") {
  event::Decoder decoder;
  kcat_cdc::RecordBuilder builder;
  const std::string moved =
      R"({"pos":"A/1","key":{"id":1},"new_key":{"id":2},"before":null,"after":null,"source":{},"op":"d"})";
  CHECK(headers_of(builder.record_of(decoded(decoder, moved), "")) ==
        R"(cdc.pos=A/1;__debezium.newkey={"id":2};)");
  const std::string bare = R"({"key":null,"before":null,"after":{"a":1},"source":{},"op":"c"})";
  const auto record = builder.record_of(decoded(decoder, bare), "");
  CHECK_FALSE(record.key.has_value());
  CHECK(record.value == R"({"before":null,"after":{"a":1},"source":{},"op":"c"})");
  CHECK(record.headers.empty());
}
