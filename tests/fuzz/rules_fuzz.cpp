// A rule file, the expression language and JSON schemas inside of it; and what importers read.
#include "common/base/error.hpp"
#include "tests/fuzz/target.hpp"
#include "tools/cdc-check/commands/explain.hpp"
#include "tools/cdc-check/expression/parser.hpp"
#include "tools/cdc-check/import/importer.hpp"
#include "tools/cdc-check/program/code.hpp"
#include "tools/cdc-check/rules/rule_file.hpp"

using namespace cdckit;

void fuzz_one(std::string_view bytes) {
  try {
    (void)cdc_check::parse_expression(bytes, {});
  } catch (const base::Error&) {
  }
  try {
    (void)cdc_check::import_rules(bytes, "fuzz");
  } catch (const base::Error&) {
  }
  (void)cdc_check::explain(
      cdc_check::compile(cdc_check::parse_rules(bytes, "fuzz"), "/nonexistent/"));
}
