#include "tools/pg-load/rows/refused_row.hpp"

#include "tests/unit/tools/pg-load/context_of.hpp"
#include "tests/unit/tools/pg-load/tables.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

TEST_CASE("the server's words, without what was run") {
  const pg::ServerError error(
      base::ErrorKind::data,
      "could not run MERGE INTO: null value in column \"s\" (SQLSTATE 23502)",
      "23502",
      "");
  CHECK(server_words(tests::sample(), error) ==
        "table \"public.t\": null value in column \"s\" (SQLSTATE 23502)");
  CHECK(server_words(tests::sample(), base::Error(base::ErrorKind::data, "x")) ==
        "table \"public.t\": x");
}

TEST_CASE("what names its column itself is not asked about") {
  Session session(tests::nowhere());
  RowStage stage(tests::sample(), {});
  const pg::ServerError error(
      base::ErrorKind::data, "could not run MERGE INTO: no (SQLSTATE 23505)", "23505", "");
  CHECK(refused_row_text(session, stage, 1, "{}", error) ==
        "table \"public.t\": no (SQLSTATE 23505)");
}
