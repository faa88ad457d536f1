#include "tools/snow-ddl/scripts/render.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

const Variables kVariables{{"db", {"CDC", false}}, {"a.b", {"x", false}}};

std::string rendered(const std::string& text) {
  return render(text, kVariables, Template::dollar, "V1__a.sql");
}

}  // namespace

TEST_CASE("names are replaced, also in strings and comments") {
  CHECK(rendered("use ${db}; select '${a.b}', \"${db}\" -- ${db}\n/* ${db} */") ==
        "use CDC; select 'x', \"CDC\" -- CDC\n/* CDC */");
  CHECK(rendered("$1 $ {db} ${} ${a b} ${1x} {{ db }}") == "$1 $ {db} ${} ${a b} ${1x} {{ db }}");
  CHECK(rendered("\\${db} \\${none} 'a\\'${db}'") == "${db} ${none} 'a\\'CDC'");
}

TEST_CASE("inside of a $$ text only names that were given") {
  CHECK(rendered("$$ `id=${row.id}` a && b {{x}} <% ${db} $$ ${db}") ==
        "$$ `id=${row.id}` a && b {{x}} <% CDC $$ CDC");
  CHECK(rendered("$$ \\${db} \\${row} $$") == "$$ ${db} \\${row} $$");
  CHECK(rendered("select '$$ ${db}', 1 -- $$\n; ${db}") == "select '$$ CDC', 1 -- $$\n; CDC");
}

TEST_CASE("a missing name is told with its line") {
  try {
    (void)rendered("a\nb ${none}");
    FAIL("rendered");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::config);
    CHECK(std::string(error.what()) ==
          "V1__a.sql:2: could not render script: there is no variable \"none\"");
    CHECK(error.hint() == "Give it with --var none=VALUE.");
  }
}

TEST_CASE("other templates") {
  CHECK(render("${db} {{ db }}", kVariables, Template::jinja, "s") == "${db} CDC");
  CHECK(render("${none} {{ none }}", {}, Template::none, "s") == "${none} {{ none }}");
}

}  // namespace cdckit::snow_ddl
