#include "tools/cdc-check/program/describe.hpp"

#include "common/base/text.hpp"
#include "tools/cdc-check/values/text.hpp"

#include <cstring>

namespace cdckit::cdc_check {
namespace {

std::string column_text(const Rule& rule) {
  std::string out = rule.columns.size() > 1 ? "columns " : "column ";
  for (const Path& path : rule.columns) {
    if (&path != &rule.columns.front()) out += ", ";
    out += "\"" + path_text(path) + "\"";
  }
  return out;
}

std::string bounds_text(const Rule& rule) {
  std::string out;
  if (rule.least) out += " from " + rule.least->text;
  if (rule.most) out += " up to " + rule.most->text;
  return out;
}

std::string values_text(const Rule& rule) {
  std::string out;
  for (const Node& value : rule.values) {
    if (!out.empty()) out += ", ";
    append_json(out, value);
  }
  return out;
}

// What the message says behind the static reason.
std::string detail(const Broken& broken) {
  const Rule& rule = broken.code->rule;
  switch (rule.kind) {
    case RuleKind::range:
      if (std::strstr(broken.why, "minimum") != nullptr) return " " + rule.least->text;
      if (std::strstr(broken.why, "maximum") != nullptr) return " " + rule.most->text;
      return "";
    case RuleKind::length:
      if (std::strstr(broken.why, "short") != nullptr) return " (min " + rule.least->text + ")";
      if (std::strstr(broken.why, "long") != nullptr) return " (max " + rule.most->text + ")";
      return "";
    case RuleKind::regex:
      return " " + rule.text;
    case RuleKind::enumeration:
      return " " + shown(values_text(rule));
    case RuleKind::foreign:
      return " " + rule.text;
    case RuleKind::freshness:
      return " (max_age " + base::format_duration(rule.max_age) + ")";
    case RuleKind::json_schema:
      return ": " + broken.code->schema->broken();
    default:
      return "";
  }
}

std::string what_is_asked(const Code& code) {
  const Rule& rule = code.rule;
  switch (rule.kind) {
    case RuleKind::not_null:
      return "is there and not null";
    case RuleKind::type:
      return std::string("is of type ") + word_of(rule.value_type);
    case RuleKind::range:
      return "is" + bounds_text(rule);
    case RuleKind::length:
      return "has a length" + bounds_text(rule) + " characters";
    case RuleKind::regex:
      return "matches " + rule.text;
    case RuleKind::enumeration:
      return "is one of " + values_text(rule);
    case RuleKind::unique:
      return "is not seen again within " + std::to_string(rule.window) + " lines";
    case RuleKind::foreign:
      return "is one of the " + std::to_string(code.values->size()) + " values in " + rule.text;
    case RuleKind::freshness:
      return "is not older than " + base::format_duration(rule.max_age);
    case RuleKind::monotonic: {
      std::string out = rule.strict ? "only grows" : "never goes back";
      for (const Path& path : rule.by)
        out += (&path == &rule.by.front() ? " for each " : ", ") + path_text(path);
      return out;
    }
    case RuleKind::expression:
      return rule.text + " is not false";
    case RuleKind::json_schema:
      return "fits a JSON schema of " + std::to_string(code.schema->nodes().size()) + " parts";
  }
  return "";
}

}  // namespace

std::string describe(const Broken& broken) {
  const Rule& rule = broken.code->rule;
  if (rule.kind == RuleKind::expression) return rule.text + " is false";
  std::string out = rule.columns.empty() ? "the row" : column_text(rule);
  if (!broken.value.empty() && !(broken.value == "null")) out += ": " + shown(broken.value);
  return out + " " + broken.why + detail(broken);
}

std::string describe(const Code& code) {
  const Rule& rule = code.rule;
  if (rule.kind == RuleKind::expression) return what_is_asked(code);
  std::string subject = rule.columns.empty() ? "the row" : column_text(rule);
  if (rule.columns.empty() && rule.kind == RuleKind::freshness) subject = "the event";
  return subject + " " + what_is_asked(code);
}

}  // namespace cdckit::cdc_check
