#include "tools/kcat-cdc/value/header_rules.hpp"

#include "common/base/error.hpp"
#include "common/ndjson/text.hpp"

namespace cdckit::kcat_cdc {

namespace {

[[noreturn]] void refuse(const std::string& rule, const std::string& why) {
  throw base::Error(base::ErrorKind::usage, "could not use --header \"" + rule + "\": " + why);
}

std::string in_json(std::string_view name) {
  std::string out;
  ndjson::append_escaped(out, name);
  return out;
}

std::string_view value_in(const ndjson::Object& row, std::string_view name) {
  return row.text.starts_with('{') ? ndjson::find_member(row, name) : std::string_view{};
}

}  // namespace

HeaderRules::HeaderRules(const std::vector<std::string>& rules, std::string_view unavailable)
    : unavailable_(unavailable) {
  for (const std::string& rule : rules) {
    const auto equals = rule.find('=');
    if (equals == std::string::npos || equals == 0)
      refuse(rule, "it is neither NAME=VALUE nor NAME=@COLUMN");
    Rule out;
    out.name = rule.substr(0, equals);
    if (out.name.starts_with("cdc.") || out.name.starts_with("__debezium.") ||
        out.name == "__key_schema_id" || out.name == "__value_schema_id")
      refuse(rule, "the tool sets headers of that name itself");
    out.text = rule.substr(equals + 1);
    out.column = out.text.starts_with('@');
    if (out.column) out.text = in_json(std::string_view(out.text).substr(1));
    if (out.column && out.text.empty()) refuse(rule, "behind the @ stands no column");
    rules_.push_back(std::move(out));
  }
}

void HeaderRules::append(std::vector<kafka::Header>& headers, const event::Event& event) {
  for (Rule& rule : rules_) {
    if (!rule.column) {
      headers.push_back({rule.name, rule.text});
      continue;
    }
    const std::string_view value = row_value(event, rule.text, unavailable_);
    if (value.empty()) continue;
    if (ndjson::is_null(value)) {
      headers.push_back({rule.name, std::nullopt});
    } else if (value.front() == '"') {
      headers.push_back({rule.name, ndjson::unescape(value, rule.scratch)});
    } else {
      headers.push_back({rule.name, value});
    }
  }
}

std::string_view row_value(const event::Event& event,
                           std::string_view raw_name,
                           const event::Unavailable& unavailable) {
  std::string_view value;
  if (event.op == 'd') {
    value = value_in({event.before, event.before_members}, raw_name);
    return value.empty() ? value_in(event::key_columns(event), raw_name) : value;
  }
  value = value_in({event.after, event.after_members}, raw_name);
  return !value.empty() && unavailable.is(value) ? std::string_view{} : value;
}

}  // namespace cdckit::kcat_cdc
