#include "tools/snow-ddl/run/failure.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

const RequestPlan kSeveral{{{"set a = 1", kNoStatement, false},
                            {"BEGIN", kNoStatement, true},
                            {"insert", 4, false},
                            {"INSERT done", kNoStatement, true},
                            {"COMMIT", kNoStatement, true}},
                           true,
                           true};

snow::SqlError refusal(const std::string& message, const std::string& code) {
  return {base::ErrorKind::data, message, code, "42000", "h"};
}

}  // namespace

TEST_CASE("of several statements the one that failed is found") {
  const auto error = refusal(
      "could not run statement: Uncaught Execution of multiple statements failed on statement "
      "\"insert\" (at line 3, statement 3).\nTable 'T' does not exist (100132)",
      "100132");
  const Failure failure = failure_of(kSeveral, 4, error);
  CHECK(failure.statement == 4);
  CHECK(failure.message == "could not run statement: Table 'T' does not exist (100132)");
}

TEST_CASE("a server that says the line alone means that statement") {
  const RequestPlan plan{{{"set a = 1", kNoStatement, false},
                          {"insert into t\nvalues (1)", 2, false},
                          {"delete from t", 3, false}},
                         true,
                         false};
  const auto at = [&](const char* place) {
    const std::string text = std::string("Uncaught Execution of multiple statements failed on ") +
                             "statement \"x\" (at line " + place + ").\nno such table";
    return failure_of(plan, 2, refusal(text, "100132"));
  };
  CHECK(at("2, position 0").statement == 2);
  CHECK(at("3").statement == 2);
  CHECK(at("4, position 12").statement == 3);
  CHECK(at("4, position 12").message == "could not run statement: no such table");
  CHECK(at("9").statement == 2);
}

TEST_CASE("our own parts belong to the statement beside them") {
  const auto at = [](int number) {
    return failure_of(kSeveral,
                      4,
                      refusal("x (at line 1, statement " + std::to_string(number) + ").\nno", "1"))
        .statement;
  };
  for (const int number : {1, 2, 3, 4, 5}) CHECK(at(number) == 4);
  CHECK(failure_of(kSeveral, 4, refusal(", statement 4).\nno", "1")).ours);
  for (const int number : {1, 3})
    CHECK_FALSE(
        failure_of(kSeveral, 4, refusal(", statement " + std::to_string(number) + ").\nno", "1"))
            .ours);
}

TEST_CASE("a statement alone is that one, whatever its message says") {
  const RequestPlan alone{{{"select", 2, false}}, false, false};
  CHECK(failure_of(alone, 2, refusal("at line 1, statement 7).", "1")).statement == 2);
  CHECK(failure_of(kSeveral, 4, refusal("no number", "1")).message == "no number");
  CHECK(failure_of(kSeveral, 4, refusal(", statement 99).", "1")).statement == 4);
}

TEST_CASE("a refusal may say that it took effect before") {
  const auto exists = refusal("m", "002002");
  const auto missing = refusal("m", "002003");
  CHECK(says_done_before(facts_of("create table t (a int)"), exists));
  CHECK(says_done_before(facts_of("alter table t rename to u"), missing));
  CHECK(says_done_before(facts_of("alter table t add column b int"), refusal("m", "001430")));
  CHECK_FALSE(says_done_before(facts_of("alter table t add column b int"), missing));
  CHECK_FALSE(says_done_before(facts_of("create or replace table t (a int)"), exists));
  CHECK_FALSE(says_done_before(facts_of("create table t (a int)"), missing));
  CHECK(says_done_before(facts_of("drop table t"), missing));
  CHECK_FALSE(says_done_before(facts_of("insert into t select 1"), missing));
  CHECK_FALSE(says_done_before(facts_of("drop table t"), base::Error(base::ErrorKind::io, "m")));
}

}  // namespace cdckit::snow_ddl
