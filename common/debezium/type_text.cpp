#include "common/debezium/type_text.hpp"

#include "common/base/text.hpp"

namespace cdckit::debezium {
namespace {

// The part behind the last dot that is in no quotes, without its quotes.
std::string bare_name(std::string_view text) {
  std::string name;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == '.' && !quoted) {
      name.clear();
    } else {
      name += c;
    }
  }
  return name;
}

}  // namespace

std::string_view element_type(std::string_view array_type) noexcept {
  return array_type.ends_with("[]") ? array_type.substr(0, array_type.size() - 2) : array_type;
}

TypeText parse_type_text(std::string_view text) {
  TypeText type;
  type.array = text.ends_with("[]");
  if (type.array) {
    type.name = bare_name(text);
    return type;
  }
  const std::size_t open = text.find('(');
  const std::size_t close = open == std::string_view::npos ? open : text.find(')', open);
  if (close == std::string_view::npos) {
    type.name = bare_name(text);
    return type;
  }
  for (const std::string& part : base::split(text.substr(open + 1, close - open - 1), ',')) {
    if (const auto number = base::parse_signed(base::trim(part))) type.modifiers.push_back(*number);
  }
  // `timestamp(3) without time zone`: the modifier stands inside.
  type.name = bare_name(std::string(text.substr(0, open)) + std::string(text.substr(close + 1)));
  return type;
}

}  // namespace cdckit::debezium
