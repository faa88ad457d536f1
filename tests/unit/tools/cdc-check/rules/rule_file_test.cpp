#include "tools/cdc-check/rules/rule_file.hpp"

#include "tests/unit/tools/cdc-check/support.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;
using tests::refusal;

TEST_CASE("a file of rules") {
  const auto rules = parse_rules(
      "version: 1\nrules:\n"
      "  - {name: a, kind: not_null, column: id}\n"
      "  - {name: b, kind: not_null, column: x.y, severity: stop, table: 'public.*', on: key}\n",
      "rules.yaml");
  REQUIRE(rules.size() == 2);
  CHECK(rules[0].severity == Severity::quarantine);
  CHECK(rules[0].table == "*");
  CHECK(rules[0].side == Side::row);
  CHECK(rules[1].severity == Severity::stop);
  CHECK(rules[1].side == Side::key);
  CHECK(rules[1].columns == std::vector<Path>{{"x", "y"}});
  CHECK(rules[1].place.text() == "rules.yaml:4:5");
}

TEST_CASE("what is no file of rules") {
  const std::string rule = "\nrules: [{name: a, kind: not_null, column: id}]\n";
  CHECK(refusal("") ==
        "could not use rules \"rules.yaml\": it is no mapping with version and rules");
  CHECK(refusal("[1]").find("rules.yaml:1:1") != std::string::npos);
  CHECK(refusal(rule).find("\"version: 1\" is missing") != std::string::npos);
  CHECK(refusal("version: 2" + rule).find("rules.yaml:1:10\": this cdc-check knows version 1") !=
        std::string::npos);
  CHECK(refusal("version: '1'" + rule) != "");
  CHECK(refusal("version: 1").find("\"rules\" is missing") != std::string::npos);
  CHECK(refusal("version: 1\nrules: []") != "");
  CHECK(refusal("version: 1\nrules: {}") != "");
  CHECK(refusal("version: 1\nrule: []").find("| Did you mean rules?") != std::string::npos);
  CHECK(refusal("version: 1\nrules:\n  - {name: a, kind: not_null, column: b}\n  - {name: a, kind: "
                "not_null, column: c}\n")
            .find("rules.yaml:4:5\": the name \"a\" is taken by the rule at rules.yaml:3:5") !=
        std::string::npos);
  CHECK(refusal("version: 1" + rule) == "");
}

TEST_CASE("files lie beside the rules") {
  CHECK(beside("rules.yaml", "x.txt") == "x.txt");
  CHECK(beside("etc/rules.yaml", "x.txt") == "etc/x.txt");
  CHECK(beside("etc/rules.yaml", "/x.txt") == "/x.txt");
}
