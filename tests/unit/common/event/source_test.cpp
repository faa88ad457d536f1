#include "common/event/source.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace cdckit;
using event::Source;

namespace {

struct Lines {
  const event::Event& decode(const std::string& source) {
    line = R"({"pos":"1/2","after":{"id":1},"source":)" + source + R"(,"op":"c"})";
    event::LineKind kind{};
    REQUIRE(decoder.decode(line, false, kind, event) == nullptr);
    return event;
  }
  event::Decoder decoder;
  std::string line;
  event::Event event;
};

void check(const Source& source, std::string_view schema, std::string_view table) {
  CHECK(source.schema == schema);
  CHECK(source.table == table);
}

}  // namespace

TEST_CASE("the members of a source, wherever they stand") {
  Lines lines;
  event::SourceReader reader;
  const std::string one =
      R"({"snapshot":"first","ts_us":17,"schema":"public","table":"a\"b","lsn":3})";
  for (int i = 0; i < 2; ++i) {
    const Source source = reader.read(lines.decode(one));
    check(source, "public", R"(a\"b)");
    CHECK(source.snapshot == "first");
    CHECK(source.ts_us == "17");
  }
  const std::string other = R"({"lsn":3,"extra":{"table":"x"},"table":"t","schema":"s"})";
  for (int i = 0; i < 2; ++i) {
    const Source source = reader.read(lines.decode(other));
    check(source, "s", "t");
    CHECK(source.snapshot.empty());
    CHECK(source.ts_us.empty());
  }
  check(reader.read(lines.decode(one)), "public", R"(a\"b)");
}

TEST_CASE("whether an event is of a table") {
  Lines lines;
  event::SourceReader reader;
  const std::string one = R"({"snapshot":"","ts_us":17,"schema":"public","table":"ab","lsn":3})";
  CHECK_FALSE(reader.is_of(lines.decode(one), "public", "ab"));  // not yet known where to look
  (void)reader.read(lines.decode(one));
  CHECK(reader.is_of(lines.decode(one), "public", "ab"));
  CHECK_FALSE(reader.is_of(lines.decode(one), "public", "a"));
  CHECK_FALSE(reader.is_of(lines.decode(one), "public", "abc"));
  CHECK_FALSE(reader.is_of(lines.decode(one), "other", "ab"));
  // sources of before 2.5 tell no microseconds
  const std::string old = R"({"db":"d","schema":"public","table":"ab"})";
  check(reader.read(lines.decode(old)), "public", "ab");
  CHECK(reader.is_of(lines.decode(old), "public", "ab"));
  CHECK(reader.read(lines.decode(old)).ts_us.empty());
  const std::string number = R"({"snapshot":"","ts_us":17,"schema":"public","table":1234,"lsn":3})";
  CHECK_FALSE(reader.is_of(lines.decode(number), "public", "23"));
  CHECK_FALSE(reader.is_of(lines.decode("null"), "public", "ab"));
}

TEST_CASE("what is no string is no name, and a line without source has none") {
  Lines lines;
  event::SourceReader reader;
  check(reader.read(lines.decode(R"({"schema":null,"table":7,"snapshot":"","ts_us":1})")), "", "");
  check(
      reader.read(lines.decode(R"({"schema":"s","table":"t","snapshot":"","ts_us":1})")), "s", "t");
  check(reader.read(lines.decode("null")), "", "");
  check(reader.read(lines.decode("{}")), "", "");
}

TEST_CASE("a source as text") {
  const Source source = event::read_source(R"({"schema":"public","table":"flights","ts_us":17})");
  check(source, "public", "flights");
  CHECK(source.ts_us == "17");
}
