#include "tools/snow-ddl/scripts/running_order.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

std::string order_of(std::vector<Script> scripts) {
  put_in_order(scripts);
  std::string names;
  for (const Script& script : scripts) names += script.name.file + " ";
  return names;
}

Script script(const std::string& file, std::vector<std::string> after = {}) {
  Script made;
  made.name = *parse_script_name(file);
  made.path = file;
  made.after = std::move(after);
  return made;
}

}  // namespace

TEST_CASE("repeatable scripts come after those that they name") {
  CHECK(order_of({script("R__a.sql", {"R__c.sql"}),
                  script("R__b.sql"),
                  script("R__c.sql"),
                  script("V2__x.sql"),
                  script("A__z.sql"),
                  script("V10__x.sql")}) ==
        "V2__x.sql V10__x.sql R__b.sql R__c.sql R__a.sql A__z.sql ");
}

TEST_CASE("a circle, and one that is not there, are refused") {
  CHECK_THROWS_WITH_AS(
      order_of({script("R__a.sql", {"R__b.sql"}), script("R__b.sql", {"R__a.sql"})}),
      doctest::Contains("these come after each other: R__a.sql, R__b.sql"),
      base::Error);
  CHECK_THROWS_WITH_AS(order_of({script("R__a.sql", {"R__b.sql"})}),
                       doctest::Contains("which is not there"),
                       base::Error);
}

}  // namespace cdckit::snow_ddl
