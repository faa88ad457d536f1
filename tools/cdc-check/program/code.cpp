#include "tools/cdc-check/program/code.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/io/file_descriptor.hpp"
#include "tools/cdc-check/expression/parser.hpp"
#include "tools/cdc-check/rules/json_text.hpp"
#include "tools/cdc-check/rules/rule_file.hpp"
#include "tools/cdc-check/rules/yaml.hpp"

namespace cdckit::cdc_check {
namespace {

std::unique_ptr<Pattern> compile_pattern(const Rule& rule) {
  std::string error;
  auto pattern = std::make_unique<Pattern>(rule.text, error);
  if (!error.empty())
    refuse(rule.text_place,
           "the pattern \"" + rule.text + "\" is none: " + error,
           "The syntax is RE2's: no look-around, no back references.");
  return pattern;
}

std::string read_beside(const Rule& rule, const std::string& path, const std::string& name) {
  try {
    return io::read_file(beside(path, name));
  } catch (const base::Error& error) {
    refuse(rule.place, error.what());
  }
}

ValueSet read_values(const Rule& rule, const std::string& path) {
  try {
    return ValueSet::of_file(beside(path, rule.text));
  } catch (const base::Error& error) {
    refuse(rule.text_place, error.what());
  }
}

// The schema itself, JSON as text, or the name of a file beside the rules.
std::unique_ptr<Schema> compile_schema(const Rule& rule, const std::string& path) {
  if (rule.schema.type != Node::Type::text) return std::make_unique<Schema>(rule.schema);
  const std::string& text = rule.schema.text;
  if (base::trim(text).starts_with('{'))
    return std::make_unique<Schema>(parse_json(text, rule.schema.place.text()));
  const std::string file = beside(path, text);
  const std::string content = read_beside(rule, path, text);
  const bool yaml = file.ends_with(".yaml") || file.ends_with(".yml");
  return std::make_unique<Schema>(yaml ? parse_yaml(content, file) : parse_json(content, file));
}

Code compile_one(Rule& rule, std::size_t number, const std::string& path) {
  Code code;
  code.number = number;
  if (rule.kind == RuleKind::regex) code.pattern = compile_pattern(rule);
  if (rule.kind == RuleKind::enumeration) code.values = ValueSet::of_values(rule.values);
  if (rule.kind == RuleKind::foreign) code.values = read_values(rule, path);
  if (rule.kind == RuleKind::expression)
    code.expression = parse_expression(rule.text, rule.text_place);
  if (rule.kind == RuleKind::json_schema) code.schema = compile_schema(rule, path);
  code.rule = std::move(rule);
  return code;
}

}  // namespace

bool Code::is_for(std::string_view schema_name, std::string_view table) const {
  if (rule.table.find('.') == std::string::npos) return base::glob_match(rule.table, table);
  return base::glob_match(rule.table, std::string(schema_name) + "." + std::string(table));
}

std::vector<Code> compile(std::vector<Rule> rules, const std::string& path) {
  std::vector<Code> out;
  for (Rule& rule : rules) out.push_back(compile_one(rule, out.size(), path));
  return out;
}

std::vector<Code> read_codes(const std::string& path) {
  Findings findings;
  std::vector<Code> out;
  for (Rule& rule : parse_rules(io::read_file(path), path, findings))
    findings.collect([&] { out.push_back(compile_one(rule, out.size(), path)); });
  findings.finish();
  return out;
}

}  // namespace cdckit::cdc_check
