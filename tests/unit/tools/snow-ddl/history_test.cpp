#include "tools/snow-ddl/history.hpp"

#include "tests/unit/tools/snow-ddl/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

TEST_CASE("a missing table is an empty history, and is made once") {
  FakeServer server;
  server.refused = "SELECT VERSION";
  server.code = "002003";
  History history({}, server.execute());
  CHECK(history.read().empty());
  history.create_if_missing();
  history.create_if_missing();
  REQUIRE(server.statements.size() == 4);
  CHECK(server.statements[1].text.starts_with("CREATE DATABASE IF NOT EXISTS"));
}

TEST_CASE("a table that is there is not made") {
  FakeServer server;
  History history({}, server.execute());
  (void)history.read();
  history.create_if_missing();
  history.add({});
  REQUIRE(server.statements.size() == 2);
  CHECK(server.statements[1].text.starts_with("INSERT INTO"));
}

TEST_CASE("other trouble while reading is no empty history") {
  FakeServer server;
  server.refused = "SELECT";
  server.code = "003001";
  History history({}, server.execute());
  CHECK_THROWS_AS((void)history.read(), snow::SqlError);
}

}  // namespace cdckit::snow_ddl
