#include "common/cli/line_table.hpp"

#include "tests/unit/support/child.hpp"

#include <unistd.h>

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

std::string printed(std::string_view format, const std::vector<std::string>& lines) {
  const auto result = tests::run_captured([&] {
    ndjson::Writer out(STDOUT_FILENO, ndjson::Writer::Flush::every_line);
    cli::LineTable table(out, format);
    for (const std::string& line : lines) table.add(line);
    table.finish();
    return 0;
  });
  CHECK(result.code == 0);
  return result.out;
}

}  // namespace

TEST_CASE("programs get the lines as they are") {
  CHECK(printed("ndjson", {R"({"a":1})", R"({"a":2})"}) == "{\"a\":1}\n{\"a\":2}\n");
  CHECK(printed("", {R"({"a":1})"}) == "{\"a\":1}\n");  // stdout is no terminal here
}

TEST_CASE("people get a table") {
  CHECK(printed("pretty",
                {R"({"tool":"x","table":"T","journal_rows":12345,"pos":null})",
                 R"({"tool":"x","table":"LONGER","journal_rows":7,"pos":"a\nb","more":true})"}) ==
        "TABLE   JOURNAL ROWS  POS  MORE\n"
        "T             12,345  -    -\n"
        "LONGER             7  a b  true\n");
  CHECK(printed("pretty", {}).empty());
}

TEST_CASE("what is long is cut between characters") {
  const std::string long_one(39, 'x');
  CHECK(printed("pretty", {R"({"a":")" + long_one + R"(ü"})"}) == "A\n" + long_one + "…\n");
}
