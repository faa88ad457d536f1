#include "tools/cdc-check/rules/rule.hpp"

namespace cdckit::cdc_check {

const char* word_of(RuleKind kind) noexcept {
  switch (kind) {
    case RuleKind::not_null:
      return "not_null";
    case RuleKind::type:
      return "type";
    case RuleKind::range:
      return "range";
    case RuleKind::length:
      return "length";
    case RuleKind::regex:
      return "regex";
    case RuleKind::enumeration:
      return "enum";
    case RuleKind::unique:
      return "unique";
    case RuleKind::foreign:
      return "foreign";
    case RuleKind::freshness:
      return "freshness";
    case RuleKind::monotonic:
      return "monotonic";
    case RuleKind::expression:
      return "expression";
    case RuleKind::json_schema:
      return "json_schema";
  }
  return "";
}

const char* word_of(Severity severity) noexcept {
  switch (severity) {
    case Severity::warn:
      return "warn";
    case Severity::quarantine:
      return "quarantine";
    case Severity::stop:
      return "stop";
  }
  return "";
}

const char* word_of(Side side) noexcept {
  switch (side) {
    case Side::row:
      return "row";
    case Side::before:
      return "before";
    case Side::key:
      return "key";
  }
  return "";
}

const char* word_of(ValueType type) noexcept {
  switch (type) {
    case ValueType::integer:
      return "integer";
    case ValueType::number:
      return "number";
    case ValueType::string:
      return "string";
    case ValueType::boolean:
      return "boolean";
    case ValueType::object:
      return "object";
    case ValueType::array:
      return "array";
  }
  return "";
}

Path parse_path(const std::string& text) {
  Path path(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '.' || text[i + 1] == '\\')) {
      path.back() += text[++i];
    } else if (text[i] == '.') {
      path.emplace_back();
    } else {
      path.back() += text[i];
    }
  }
  return path;
}

std::string path_text(const Path& path) {
  std::string out;
  for (const std::string& name : path) {
    if (!out.empty()) out += '.';
    for (const char c : name) {
      if (c == '.' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out;
}

}  // namespace cdckit::cdc_check
