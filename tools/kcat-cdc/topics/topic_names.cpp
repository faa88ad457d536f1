#include "tools/kcat-cdc/topics/topic_names.hpp"

namespace cdckit::kcat_cdc {

namespace {

constexpr std::size_t kLongestName = 249;
constexpr std::string_view kSchema = "{schema}";
constexpr std::string_view kTable = "{table}";
constexpr std::string_view kBoth = "{schema}.{table}";

bool is_allowed(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

// How many UTF-16 units begin with this byte of UTF-8: none for continuation bytes.
std::size_t utf16_units(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  if ((byte & 0xC0U) == 0x80U) return 0;
  return byte >= 0xF0U ? 2 : 1;
}

std::string replaced(std::string_view text, std::string_view what, std::string_view with) {
  std::string out;
  std::size_t from = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, from)) {
    out.append(text.substr(from, at - from)).append(with);
    from = at + what.size();
  }
  return out.append(text.substr(from));
}

// In one pass, so that a table named `{schema}` stays what it is.
std::string expand(std::string_view pattern, std::string_view schema, std::string_view table) {
  std::string out;
  while (!pattern.empty()) {
    if (pattern.starts_with(kSchema)) {
      out += schema;
      pattern.remove_prefix(kSchema.size());
    } else if (pattern.starts_with(kTable)) {
      out += table;
      pattern.remove_prefix(kTable.size());
    } else {
      out += pattern.front();
      pattern.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace

std::string sanitize_topic(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  for (const char c : name) {
    if (is_allowed(c)) {
      out += c;
    } else {
      out.append(utf16_units(c), '_');
    }
  }
  return out;
}

bool is_topic_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > kLongestName || name == "." || name == "..") return false;
  for (const char c : name) {
    if (!is_allowed(c)) return false;
  }
  return true;
}

std::string topic_for_table(std::string_view pattern,
                            std::string_view schema,
                            std::string_view table) {
  return sanitize_topic(expand(pattern, schema, table));
}

std::string topic_for_messages(std::string_view pattern) {
  const std::string joined = replaced(pattern, kBoth, "message");
  return sanitize_topic(expand(joined, "", "message"));
}

bool has_placeholder(std::string_view pattern) noexcept {
  return pattern.find(kSchema) != std::string_view::npos ||
         pattern.find(kTable) != std::string_view::npos;
}

bool has_other_braces(std::string_view pattern) {
  const std::string rest = expand(pattern, "", "");
  return rest.find_first_of("{}") != std::string::npos;
}

std::string schema_topic_of(std::string_view topic) {
  const auto last = topic.rfind('.');
  if (last != std::string_view::npos && last > 0) {
    const auto before = topic.rfind('.', last - 1);
    if (before != std::string_view::npos && before > 0) topic = topic.substr(0, before);
  }
  return std::string(topic) + "." + std::string(kSchemaTopicPart);
}

bool is_schema_topic(std::string_view topic) noexcept {
  return topic.size() > kSchemaTopicPart.size() && topic.ends_with(kSchemaTopicPart) &&
         topic[topic.size() - kSchemaTopicPart.size() - 1] == '.';
}

}  // namespace cdckit::kcat_cdc
