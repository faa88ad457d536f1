#include "tools/kcat-cdc/value/event_time.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

// The time of the last of these lines.
std::int64_t time_of(std::initializer_list<std::string> lines) {
  kcat_cdc::EventTime times;
  event::Decoder decoder;
  std::int64_t out = -1;
  for (const std::string& line : lines) {
    event::LineKind kind{};
    event::Event event;
    REQUIRE(decoder.decode(line, false, kind, event) == nullptr);
    out = times.of(event);
  }
  return out;
}

std::string line(const std::string& source, const std::string& rest = "") {
  return R"({"before":null,"after":null,"source":{)" + source + R"(},"op":"c")" + rest + "}";
}

}  // namespace

TEST_CASE("a record's time is the source's") {
  CHECK(time_of({line(R"("ts_ms":17,"table":"t")", R"(,"ts_ms":99,"ts_us":98000)")}) == 17);
  CHECK(time_of({line(R"("a":1,"ts_ms":17)"), line(R"("ts_ms":18,"a":1)")}) == 18);
  CHECK(time_of({line(R"("x":{"ts_ms":5},"ts_ms":17)")}) == 17);
}

TEST_CASE("without it the event's own counts, and without both none") {
  CHECK(time_of({line(R"("table":"t")", R"(,"ts_ms":99)")}) == 99);
  CHECK(time_of({line(R"("table":"t")", R"(,"ts_ms":98,"ts_us":98765)")}) == 98);
  CHECK(time_of({line(R"("ts_ms":null)", R"(,"ts_ms":99)")}) == 99);
  CHECK(time_of({line(R"("ts_ms":0)", "")}) == 0);
  CHECK(time_of({line(R"("ts_ms":-5)", R"(,"ts_ms":null)")}) == 0);
}
