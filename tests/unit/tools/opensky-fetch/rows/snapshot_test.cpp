#include "tools/opensky-fetch/rows/snapshot.hpp"

#include "common/ndjson/reader.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

struct Read {
  explicit Read(std::string text, Endpoint endpoint = Endpoint::states) : padded(std::move(text)) {
    const std::size_t size = padded.size();
    padded.append(ndjson::kPadding, '\0');
    part = AnswerReader(endpoint).read(std::string_view(padded).substr(0, size));
  }
  std::string padded;
  Part part;
};

}  // namespace

TEST_CASE("time and states are found whatever their order and spaces") {
  const Read read("{ \"states\" : [[1],[2]] ,\n \"other\":{}, \"time\": 17 }\n");
  CHECK(read.part.time == 17);
  CHECK(read.part.content == "[[1],[2]]");
}

TEST_CASE("states null is an empty sky, and so is an empty array") {
  CHECK(Read(R"({"time":1,"states":null})").part.content.empty());
  CHECK(Read(R"({"time":1,"states":[]})").part.content == "[]");
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

TEST_CASE("flights are an array, and as new as the newest of them") {
  const Read read(R"([{"icao24":"a","lastSeen":7},{"lastSeen":9},{"lastSeen":null}] )",
                  Endpoint::flights);
  CHECK(read.part.time == 9);
  CHECK(read.part.content.ends_with("}]"));
  CHECK(Read("null", Endpoint::flights).part.content.empty());
  CHECK(Read("[]", Endpoint::flights).part.content == "[]");
  for (const char* text : {"", "{}", "[1]", "[[]]", "[{]", "17", "[{}", "<html>"}) {
    CAPTURE(text);
    CHECK_THROWS_AS((Read{text, Endpoint::flights}), Malformed);
  }
}

TEST_CASE("a track is an object with a path") {
  CHECK(Read(R"({"path":[],"endTime":1.5E9})", Endpoint::track).part.time == 1'500'000'000);
  CHECK(Read(R"({"path":null})", Endpoint::track).part.content == R"({"path":null})");
  CHECK(Read("null", Endpoint::track).part.content.empty());
  for (const char* text : {"", "{}", "[]", R"({"path":1})", R"({"path":{}})", R"({"path":[)"}) {
    CAPTURE(text);
    CHECK_THROWS_AS((Read{text, Endpoint::track}), Malformed);
  }
}

}  // namespace cdckit::opensky_fetch
