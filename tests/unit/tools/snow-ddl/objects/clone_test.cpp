#include "tools/snow-ddl/objects/clone.hpp"

#include "tests/unit/tools/snow-ddl/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {
namespace {

snow::StatementResult databases(const std::vector<std::string>& names) {
  snow::StatementResult result;
  result.columns.push_back(text_column("name"));
  for (const std::string& name : names) result.rows.push_back({name});
  return result;
}

}  // namespace

TEST_CASE("a clone is made, and dropped in any case") {
  FakeServer server;
  server.answer("SHOW DATABASES", databases({"D"}));
  std::string name;
  {
    const Clone clone(server.execute(), "D");
    name = clone.name();
    CHECK(server.statements.back().text == "CREATE DATABASE \"" + name + "\" CLONE \"D\"");
  }
  CHECK(server.statements.back().text == "DROP DATABASE IF EXISTS \"" + name + "\"");
  CHECK_FALSE(is_leftover(name, "D", 0));  // its maker lives
}

TEST_CASE("leftovers are those whose maker is gone") {
  FakeServer server;
  server.answer("SHOW DATABASES", databases({}));
  const std::string name = Clone(server.execute(), "D").name();
  const std::string host = name.substr(0, name.find('_', 10));
  CHECK(is_leftover(host + "_999999999_1", "D", 0));
  CHECK(is_leftover("D_PREVIEW_OTHER_1_1000", "D", 1000 + 3601));
  CHECK_FALSE(is_leftover("D_PREVIEW_OTHER_1_1000", "D", 1000 + 3599));
  for (const char* other :
       {"D", "E_PREVIEW_X_1_1", "D_PREVIEW_X", "D_PREVIEW_X_a_b", "D_PREVIEW_X_0_1"})
    CHECK_FALSE_MESSAGE(is_leftover(other, "D", 1'000'000), other);
}

}  // namespace cdckit::snow_ddl
