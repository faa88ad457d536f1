#include "tools/snow-put/commands/privileges.hpp"

#include "tests/unit/support/snow_stub.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::snow_put;

TEST_CASE("each privilege that a run needs, by the role's own grants and those of its roles") {
  tests::SnowStub stub([](const std::string& request) {
    const std::vector<std::string> names = {"privilege", "granted_on", "name"};
    if (request.find("SHOW TABLES") != std::string::npos)
      return tests::SqlReply{{"name"}, {{"T_JOURNAL"}, {"T"}, {"OTHER"}}, ""};
    if (request.find("LOADER") != std::string::npos) {
      return tests::SqlReply{names,
                             {{"USAGE", "DATABASE", "D"},
                              {"USAGE", "ROLE", "READER"},
                              {"OWNERSHIP", "TABLE", "D.S.T_JOURNAL"}},
                             ""};
    }
    if (request.find("READER") != std::string::npos)
      return tests::SqlReply{names, {{"USAGE", "SCHEMA", "D.S"}}, ""};
    return tests::SqlReply{names, {}, ""};
  });
  snow::SqlApi api(stub.settings(), {});
  std::string lacking;
  for (const auto& one : needed_privileges(api, {{"D", "S"}, "LOADER", "W", true, true})) {
    if (!one.held) lacking += one.text + ";";
  }
  CHECK(lacking ==
        "CREATE TABLE on SCHEMA D.S;CREATE VIEW on SCHEMA D.S;USAGE on WAREHOUSE W;"
        "SELECT on TABLE D.S.T;INSERT on TABLE D.S.T;UPDATE on TABLE D.S.T;DELETE on TABLE D.S.T;");
  const auto asks_for = [&](const std::string& appended, bool creates) {
    std::string texts;
    for (const auto& one :
         needed_privileges(api, {{"D", "S"}, "LOADER", "", creates, false, appended}))
      texts += one.text + ";";
    return texts.find("INSERT on TABLE D.S." + appended + ";") != std::string::npos;
  };
  CHECK(asks_for("OTHER", true));
  CHECK(asks_for("MISSING", false));
  CHECK_FALSE(asks_for("MISSING", true));
  CHECK_FALSE(asks_for("T", false));  // a mirror, and nothing is merged
}
