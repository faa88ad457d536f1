#include "tools/snow-ddl/render.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {
namespace {

std::string failure_of(const std::string& text) {
  try {
    (void)render(text, {{"known", "x"}}, "V1__a.sql");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::data);
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("variables are put in, with any spaces in the braces") {
  CHECK(render("create {{db}}.{{ schema }}.{{\tt }}; {x}",
               {{"db", "A"}, {"schema", "{{ B }}"}, {"t", ""}},
               "s") == "create A.{{ B }}.; {x}");
}

TEST_CASE("what is missing or not understood is refused with its line") {
  CHECK(failure_of("a\nb {{ none }}") ==
        "V1__a.sql:2: could not render script: there is no variable \"none\"");
  CHECK(failure_of("{{ known | upper }}").find(":1: ") != std::string::npos);
  CHECK(failure_of("{{ known").find("{{ without }}") != std::string::npos);
  CHECK(failure_of("{% if x %}").find("only {{ name }}") != std::string::npos);
  CHECK(failure_of("{{ known }}") == "none");
}

TEST_CASE("line breaks and a byte order mark do not matter") {
  CHECK(render("\xEF\xBB\xBF"
               "a\r\nb\rc\n",
               {},
               "s") == "a\nb\nc\n");
}

TEST_CASE("the checksum is over the text without the blanks around it and one semicolon") {
  CHECK(checksum_text("\n select 1;\n\n") == "select 1");
  CHECK(checksum_text("select 1;;") == "select 1;");
  CHECK(checksum_text("") == "");
}

}  // namespace cdckit::snow_ddl
