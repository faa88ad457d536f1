#include "tools/cdc-check/program/code.hpp"

#include "tests/unit/support/scratch_folder.hpp"
#include "tests/unit/tools/cdc-check/support.hpp"

#include <fstream>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::cdc_check;
using cdc_check::tests::codes_of;
using cdc_check::tests::one_rule;

TEST_CASE("globs of tables") {
  const auto is_for = [](const char* glob, const char* schema, const char* table) {
    const auto codes =
        codes_of(one_rule(std::string("kind: not_null, column: a, table: '") + glob + "'"));
    return codes.front().is_for(schema, table);
  };
  CHECK(is_for("*", "public", "a"));
  CHECK(is_for("*", "", ""));
  CHECK(is_for("live_*", "public", "live_state"));
  CHECK(is_for("public.*", "public", "live_state"));
  CHECK_FALSE(is_for("public.*", "other", "live_state"));
  CHECK_FALSE(is_for("live_state", "public", "live_states"));
  CHECK_FALSE(is_for("public.*", "", ""));
}

TEST_CASE("schemas in line, as text, and in files beside the rules") {
  const cdckit::tests::ScratchFolder folder;
  std::ofstream(folder.file("s.json")) << R"({"type":"object"})";
  std::ofstream(folder.file("s.yaml")) << "type: object\n";
  for (const char* schema : {"{type: object}", "'{\"type\": \"object\"}'", "s.json", "s.yaml"}) {
    auto codes =
        compile(parse_rules(one_rule(std::string("kind: json_schema, schema: ") + schema), "r"),
                folder.file("rules.yaml"));
    CHECK(codes.front().schema->holds("{}"));
    CHECK_FALSE(codes.front().schema->holds("1"));
  }
}
