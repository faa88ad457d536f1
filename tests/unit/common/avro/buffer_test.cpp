#include "common/avro/buffer.hpp"

#include <string>

#include <doctest/doctest.h>

using cdckit::avro::Buffer;

TEST_CASE("bytes stand one behind the other however they came, and as many as are cut") {
  Buffer buffer;
  std::string expected;
  const std::string behind(Buffer::kBehind, '.');
  CHECK(buffer.view().empty());
  buffer.append("");
  for (std::size_t i = 0; i < 300; ++i) {
    const std::string text(i % 70, static_cast<char>('a' + i % 26));
    const std::string readable = text + behind;
    buffer.push('x');
    buffer.append(text);
    buffer.append_short(std::string_view(readable).substr(0, text.size()));
    buffer.append(i % 3, 'y');
    char* at = buffer.room(5);
    *at++ = 'z';
    buffer.wrote(at);
    expected += "x" + text + text + std::string(i % 3, 'y') + "z";
    REQUIRE(buffer.view() == expected);
    REQUIRE(buffer.size() == expected.size());
  }
  buffer.cut(10);
  CHECK(buffer.view() == std::string_view(expected).substr(0, 10));
  buffer.clear();
  CHECK(buffer.view().empty());
}
