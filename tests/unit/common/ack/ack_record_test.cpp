#include "common/ack/ack_record.hpp"

#include <doctest/doctest.h>

using namespace cdckit::ack;

namespace {

Record sample() {
  return {"r\"1",
          R"({"slot":"s","n":[1,2]})",
          42,
          "00000000016B3748",
          10,
          2,
          "kafka:flights",
          1'700'000'000'000};
}

}  // namespace

TEST_CASE("one line, members in this order; the source is copied as it came") {
  CHECK(
      format(sample()) ==
      R"({"v":1,"run":"r\"1","source":{"slot":"s","n":[1,2]},"seq":42,"pos":"00000000016B3748","rows_ok":10,)"
      R"("rows_rejected":2,"sink":"kafka:flights","ts_ms":1700000000000})"
      "\n");
}

TEST_CASE("round trip") {
  const auto record = parse(format(sample()));
  REQUIRE(record);
  CHECK(record->run == "r\"1");
  CHECK(record->source == R"({"slot":"s","n":[1,2]})");
  CHECK(record->seq == 42);
  CHECK(record->pos == "00000000016B3748");
  CHECK(record->rows_ok == 10);
  CHECK(record->rows_rejected == 2);
  CHECK(record->sink == "kafka:flights");
  CHECK(record->ts_ms == 1'700'000'000'000);
  Record bare;
  bare.run = "r";
  REQUIRE(parse(format(bare)));
  CHECK(parse(format(bare))->source.empty());
}

TEST_CASE("every prefix of a record is no record: a torn file acknowledges nothing") {
  const std::string text = format(sample());
  for (std::size_t length = 0; length < text.size() - 1; ++length)
    CHECK_FALSE(parse(text.substr(0, length)));
  CHECK(parse(text.substr(0, text.size() - 1)));  // only the line break is missing
}

TEST_CASE("foreign content") {
  for (const char* bad : {"",
                          "\n",
                          "x",
                          "[]",
                          "{}",
                          "null",
                          R"({"run":"r"})",
                          R"({"run":1,"seq":1,"pos":"p"})",
                          R"({"run":"r","seq":"1","pos":"p"})",
                          R"({"run":"r","seq":1,"pos":null})",
                          R"({"run":"r","pos":"p"})",
                          R"({"run":"r","seq":1e50,"pos":"p"})",
                          R"({"run":"r","seq":-1,"pos":"p"})",
                          R"({"run":"r","seq":1,"pos":"p","rows_ok":"x"})",
                          "{\"run\":\"\xFF\",\"seq\":1,\"pos\":\"p\"}",
                          R"({"run":"r","seq":1,"pos":"p"}{"run":"r","seq":2,"pos":"p"})"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse(bad));
  }
  CHECK(parse(R"({"run":"r","seq":1,"pos":"p"})"));
}
