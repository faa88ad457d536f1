#include "tools/kcat-cdc/value/pretty_record.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using kcat_cdc::PrettyRecord;

namespace {

std::string shown(std::string_view line, bool color = false) {
  kafka::Record record;
  record.topic = "t";
  record.partition = 2;
  record.offset = 7;
  record.timestamp_ms = 1'000;
  std::string out;
  PrettyRecord(color).append(out, line, record);
  return out;
}

constexpr std::string_view kHead = "1970-01-01T00:00:01.000000Z t[2]@7 ";

}  // namespace

TEST_CASE("changes by what they did") {
  const std::string source = R"("source":{"schema":"s","table":"t"},)";
  CHECK(shown(R"({"key":{"id":1},"before":null,"after":{"id":1,"a":"x"},)" + source +
              R"("op":"c"})") == std::string(kHead) + "INSERT   s.t id=1 id=1 a=\"x\"\n");
  CHECK(
      shown(R"({"key":{"id":1},"before":{"id":1,"a":"x","b":2},"after":{"id":1,"a":null,"b":2},)" +
            source + R"("op":"u"})") == std::string(kHead) + "UPDATE   s.t id=1 a=\"x\"→null\n");
  CHECK(shown(R"({"key":{"id":1},"before":{"id":1,"a":"x"},"after":null,)" + source +
              R"("op":"d"})") == std::string(kHead) + "DELETE   s.t id=1\n");
  CHECK(shown(R"({"before":{"a":"x"},"after":null,)" + source + R"("op":"d"})") ==
        std::string(kHead) + "DELETE   s.t a=\"x\"\n");
  CHECK(shown("{" + source + R"("op":"t"})") == std::string(kHead) + "TRUNCATE s.t\n");
}

TEST_CASE("any other object shows its members") {
  CHECK(shown(R"({"a":1,"kafka":{"offset":7},"b":{"c":null}})") ==
        std::string(kHead) + "a=1 b={\"c\":null}\n");
  CHECK(shown("{}") == "1970-01-01T00:00:01.000000Z t[2]@7\n");
}

TEST_CASE("long values are cut between characters, and nothing steers the terminal") {
  const std::string text = shown(R"({"a":")" + std::string(78, 'x') + R"(üü"})");
  CHECK(text == std::string(kHead) + "a=\"" + std::string(78, 'x') + "…\n");
  CHECK(shown("{\"a\":\"\xC2\x9B"
              "2J\x7F\"}") == std::string(kHead) + "a=\"?2J?\"\n");
}

TEST_CASE("colour where it is wanted") {
  const std::string text = shown(R"({"source":{"schema":"s","table":"t"},"op":"c"})", true);
  CHECK(text.find("\033[32mINSERT  \033[0m") != std::string::npos);
}
