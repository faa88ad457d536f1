#include "tools/snow-ddl/commands/offline.hpp"

#include "tests/unit/tools/snow-ddl/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

std::string findings(const std::string& text) {
  const ScriptFolder folder;
  folder.add("V1__a.sql", text);
  std::string out;
  for (const Finding& finding : findings_of(load_scripts({folder.path()}).front()))
    out += std::to_string(finding.line) + " " + finding.text + "|";
  return out;
}

}  // namespace

TEST_CASE("what is wrong with a script before any server saw it") {
  CHECK(findings("select 1; begin; insert into t values (1); commit;") == "");
  CHECK(findings("-- nothing") == "1 there is no statement in it|");
  CHECK(findings("select 1;\nput file:x @s") == "2 PUT cannot be run through the SQL API|");
  CHECK(findings("begin;\ninsert into t values (1)") == "1 BEGIN without COMMIT|");
  CHECK(findings("commit") == "1 COMMIT without BEGIN|");
  CHECK(findings("begin;\ncreate table t (a int);\ncommit") ==
        "2 CREATE commits the transaction that was begun|");
}

}  // namespace cdckit::snow_ddl
