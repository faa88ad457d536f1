#include "tools/kcat-cdc/consume/offset_text.hpp"

#include <random>

#include <doctest/doctest.h>

using namespace cdckit::kcat_cdc;
using cdckit::kafka::Offsets;

TEST_CASE("offsets as text and back") {
  const Offsets offsets = {
      {{"a.b-c_d", 0}, 17}, {{"a.b-c_d", 12}, 0}, {{"z", 3}, 9'223'372'036'854'775'807}};
  CHECK(format_offsets(offsets) == "a.b-c_d:0=17,12=0;z:3=9223372036854775807");
  CHECK(parse_offsets(format_offsets(offsets)) == offsets);
  CHECK(format_offsets({}).empty());
  CHECK(parse_offsets("") == Offsets{});
}

TEST_CASE("foreign texts are nothing") {
  for (const char* text : {"00000000016B3748",
                           "a",
                           "a:",
                           "a:0",
                           "a:0=",
                           "a:0=x",
                           "a:=1",
                           "a:0=1;",
                           ";a:0=1",
                           "a:0=1,",
                           "a:0=-1",
                           "a:4294967296=1",
                           "a:0=9223372036854775808",
                           "a b:0=1",
                           "a:0=1,0=2",
                           "snapshot:0"}) {
    CHECK_MESSAGE(!parse_offsets(text), text);
  }
}

TEST_CASE("random bytes are never misread") {
  std::mt19937 random(5);
  constexpr std::string_view kAlphabet = "ab.:;,=019-";
  for (int i = 0; i < 50'000; ++i) {
    std::string text(random() % 16, 'x');
    for (char& c : text) c = kAlphabet[random() % kAlphabet.size()];
    const auto parsed = parse_offsets(text);
    if (parsed) CHECK(parse_offsets(format_offsets(*parsed)) == parsed);
  }
}
