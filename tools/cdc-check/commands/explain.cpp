#include "tools/cdc-check/commands/explain.hpp"

#include "tools/cdc-check/program/describe.hpp"

namespace cdckit::cdc_check {
namespace {

const char* consequence(Severity severity) {
  switch (severity) {
    case Severity::warn:
      return "a warning; the row goes on";
    case Severity::quarantine:
      return "the row is kept back";
    case Severity::stop:
      return "the run stops (65)";
  }
  return "";
}

const char* subject(Side side) {
  switch (side) {
    case Side::row:
      return "rows, and `after` of events";
    case Side::before:
      return "`before` of deletes";
    case Side::key:
      return "keys";
  }
  return "";
}

std::string program_text(const Code& code) {
  const Rule& rule = code.rule;
  std::string out;
  if (code.expression) return listing(*code.expression);
  for (const Path& path : rule.columns) out += (out.empty() ? "column " : ", ") + path_text(path);
  if (!out.empty()) out += " · ";
  out += word_of(rule.kind);
  if (rule.least) out += " >= " + rule.least->text;
  if (rule.most) out += " <= " + rule.most->text;
  if (code.pattern) out += " " + code.pattern->text();
  if (code.values) out += " set of " + std::to_string(code.values->size());
  if (rule.kind == RuleKind::type) out += std::string(" ") + word_of(rule.value_type);
  if (code.schema) out += " of " + std::to_string(code.schema->nodes().size()) + " nodes";
  return out;
}

}  // namespace

std::string explain(const std::vector<Code>& codes) {
  std::string out;
  for (const Code& code : codes) {
    const Rule& rule = code.rule;
    if (!out.empty()) out += '\n';
    out += rule.name + " (" + word_of(rule.kind) + ", " + word_of(rule.severity) + ")\n";
    out += "  asks     " + describe(code) + '\n';
    out += std::string("  on       ") + subject(rule.side) + " of tables " + rule.table + '\n';
    out += std::string("  else     ") + consequence(rule.severity) + '\n';
    if (rule.most_bad)
      out += "  stops    when more than " + std::to_string(*rule.most_bad) + " of the last " +
             std::to_string(rule.window) + " lines are bad\n";
    out += "  compiled " + program_text(code) + '\n';
  }
  return out;
}

}  // namespace cdckit::cdc_check
