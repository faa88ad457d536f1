#include "tools/snow-ddl/history/history.hpp"

#include "tests/unit/tools/snow-ddl/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

TEST_CASE("a missing table is an empty history") {
  FakeServer server;
  server.fail_next("SELECT VERSION", "002003");
  History history({}, server.execute());
  CHECK(history.read().empty());
}

TEST_CASE("a history has to be readable and writable before anything runs") {
  FakeServer server;
  History history({}, server.execute());
  CHECK(history.prove().empty());
  REQUIRE(server.statements.size() == 2);
  CHECK(server.statements[1].text.starts_with("INSERT INTO"));
  for (const char* what : {"SELECT VERSION", "INSERT INTO"}) {
    FakeServer strict;
    strict.fail_next(what, "003001", base::ErrorKind::permission);
    History refused({}, strict.execute());
    CHECK_THROWS_WITH_AS(
        refused.prove(), doctest::Contains("could not use the history"), base::Error);
  }
}

TEST_CASE("other trouble while reading is no empty history") {
  FakeServer server;
  server.fail_next("SELECT", "003001");
  History history({}, server.execute());
  CHECK_THROWS_AS((void)history.read(), snow::SqlError);
}

}  // namespace cdckit::snow_ddl
