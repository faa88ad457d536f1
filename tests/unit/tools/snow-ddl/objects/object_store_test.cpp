#include "tools/snow-ddl/objects/object_store.hpp"

#include "tests/unit/tools/snow-ddl/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {
TEST_CASE("blanks make no difference, texts and names do") {
  CHECK(normalised_ddl("create  table T (\n\ta int\n);") ==
        normalised_ddl("create table T ( a int )"));
  CHECK(normalised_ddl("select 'a  b'") != normalised_ddl("select 'a b'"));
}

TEST_CASE("the server's text is kept, of what was dropped none") {
  FakeServer server;
  server.answer("GET_DDL", text_result({"N", "DDL"}, {{"0", "create table T"}}));
  ObjectStore({}, server.execute())
      .keep({{"V1", {"TABLE", "\"T\""}}, {"V2", {"VIEW", "\"V\"", true}}});
  const std::string& request = server.statements.back().text;
  CHECK(server.statements.back().count == 4);
  CHECK(request.find("'create table T', 'V1'") != std::string::npos);
}

TEST_CASE("drift is what is gone or another text") {
  FakeServer server;
  server.answer(
      "SELECT KIND, NAME",
      text_result({"KIND", "NAME", "DDL", "SCRIPT"},
                  {{"TABLE", "A", "x", "s"}, {"TABLE", "B", "x", "s"}, {"VIEW", "C", "x", "s"}}));
  server.fail_next("UNION ALL SELECT 2", "002003");
  server.fail_next("GET_DDL('VIEW'", "002003");
  server.answer("GET_DDL('TABLE', 'A'", text_result({"N", "DDL"}, {{"0", "x ;"}}));
  server.answer("GET_DDL('TABLE', 'B'", text_result({"N", "DDL"}, {{"0", "y"}}));
  const auto drift = ObjectStore({}, server.execute()).find_drift();
  REQUIRE(drift.size() == 2);
  CHECK(drift[0].object.name == "B");
  CHECK(drift[0].change == "changed");
  CHECK(drift[1].change == "missing");
}

TEST_CASE("many objects are few requests") {
  FakeServer server;
  std::vector<LeftObject> objects;
  for (int i = 0; i < 60; ++i) objects.push_back({"V1", {"TABLE", "T" + std::to_string(i)}});
  ObjectStore({}, server.execute()).keep(objects);
  CHECK(server.statements.size() == 7);  // three of texts, three of rows, one that looks
}

TEST_CASE("without a table nothing drifts") {
  FakeServer server;
  server.fail_next("SELECT KIND", "002003");
  CHECK(ObjectStore({}, server.execute()).find_drift().empty());
}

}  // namespace cdckit::snow_ddl
