#include "tools/opensky-fetch/rows/snapshot.hpp"

#include "common/ndjson/reader.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

struct Read {
  explicit Read(std::string text) : padded(std::move(text)) {
    const std::size_t size = padded.size();
    padded.append(ndjson::kPadding, '\0');
    snapshot = SnapshotReader().read(std::string_view(padded).substr(0, size));
  }
  std::string padded;
  Snapshot snapshot;
};

}  // namespace

TEST_CASE("time and states are found whatever their order and spaces") {
  const Read read("{ \"states\" : [[1],[2]] ,\n \"other\":{}, \"time\": 17 }\n");
  CHECK(read.snapshot.time == 17);
  CHECK(read.snapshot.states == "[[1],[2]]");
}

TEST_CASE("states null is an empty sky, and so is an empty array") {
  CHECK(Read(R"({"time":1,"states":null})").snapshot.states.empty());
  CHECK(Read(R"({"time":1,"states":[]})").snapshot.states == "[]");
}

TEST_CASE("an answer that lacks something is malformed, never an empty sky") {
  for (const char* text : {"",
                           "{}",
                           "[]",
                           "null",
                           "{\"time\":1}",
                           "{\"states\":[]}",
                           "{\"time\":1,\"states\":{}}",
                           "{\"time\":\"1\",\"states\":[]}",
                           "{\"time\":1.5,\"states\":[]}",
                           "{\"time\":-1,\"states\":[]}",
                           "{\"time\":null,\"states\":[]}",
                           "{\"time\":1,\"states\":[[1,2",
                           "{\"time\":1,\"states\":[]}x",
                           "<html></html>",
                           "{\"time\":1,\"states\":[\"\xff\"]}"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(Read{text}, Malformed);
  }
}

}  // namespace cdckit::opensky_fetch
