// What is made of a rule once, whatever tables it is for: patterns, sets, expressions, schemas.
// Owns it; nothing changes afterwards.
#pragma once

#include "tools/cdc-check/expression/code.hpp"
#include "tools/cdc-check/program/value_set.hpp"
#include "tools/cdc-check/rules/rule.hpp"
#include "tools/cdc-check/schema/schema.hpp"
#include "tools/cdc-check/values/pattern.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::cdc_check {

struct Code {
  Rule rule;
  std::size_t number = 0;  // in the file, from 0
  std::unique_ptr<Pattern> pattern;
  std::optional<ValueSet> values;
  std::optional<ExpressionCode> expression;
  std::unique_ptr<Schema> schema;

  // schema.table, or a plain row's empty name.
  [[nodiscard]] bool is_for(std::string_view schema_name, std::string_view table) const;
};

// Throws config: patterns that are none, files that are not there, schemas with unknown words.
// `path` of the rule file: what rules name lies beside it.
std::vector<Code> compile(std::vector<Rule> rules, const std::string& path);
// A whole rule file. All that is wrong with it is logged, but for the last finding, which is
// thrown.
std::vector<Code> read_codes(const std::string& path);

}  // namespace cdckit::cdc_check
