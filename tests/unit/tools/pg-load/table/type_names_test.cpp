#include "tools/pg-load/table/type_names.hpp"

#include "tests/unit/tools/pg-load/context_of.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

namespace {

std::string apart(std::string_view text) {
  const auto pieces = take_type_apart(text);
  return pieces ? pieces->name + "|" + pieces->modifiers : "refused";
}

}  // namespace

TEST_CASE("a type is a name with modifiers") {
  CHECK(apart("integer") == "integer|");
  CHECK(apart("numeric(12,2)[]") == "numeric[]|(12,2)");
  CHECK(apart("timestamp(3) without time zone") == "timestamp without time zone|(3)");
  CHECK(apart("numeric(5, -2)") == "numeric|(5, -2)");
  CHECK(apart("public.geometry(Point,4326)") == "public.geometry|(Point,4326)");
  CHECK(apart("s.\"od;d (x) -- type\"") == "s.\"od;d (x) -- type\"|");
}

TEST_CASE("what is more than a type is refused before the server sees it") {
  for (const char* text : {"int); DROP TABLE x; --",
                           "int; DROP TABLE x",
                           "int -- note",
                           "int /* note */",
                           "int DEFAULT 'x'",
                           "int DEFAULT f()",
                           "int, y int",
                           "numeric(1)(2)",
                           "numeric(12--",
                           "numeric()",
                           "\"open",
                           "E'x'",
                           "",
                           " ",
                           "int)"}) {
    CAPTURE(text);
    CHECK(apart(text) == "refused");
  }
}

TEST_CASE("modifiers go where SQL wants them") {
  CHECK(put_type_together("numeric[]", "(12,2)") == "numeric(12,2)[]");
  CHECK(put_type_together("timestamp without time zone", "(3)") ==
        "timestamp(3) without time zone");
  CHECK(put_type_together("\"bit\"", "(5)") == "\"bit\"(5)");
  CHECK(put_type_together("public.mood", "") == "public.mood");
}

TEST_CASE("no server, no types") {
  Session session(tests::nowhere());
  CHECK_THROWS_AS(safe_columns(session, {.schema = "s", .table = "t"}, {}, false), base::Error);
}
