#include "tools/cdc-check/rules/node.hpp"

#include "common/base/error.hpp"
#include "common/ndjson/text.hpp"
#include "tools/cdc-check/values/decimal.hpp"

namespace cdckit::cdc_check {

std::string Place::text() const {
  if (line == 0) return file;
  return file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

const Node* Node::find(std::string_view wanted) const noexcept {
  if (type != Type::map) return nullptr;
  for (const Node& item : items) {
    if (item.name == wanted) return &item;
  }
  return nullptr;
}

const char* Node::type_name() const noexcept {
  switch (type) {
    case Type::null:
      return "null";
    case Type::boolean:
      return "a boolean";
    case Type::number:
      return "a number";
    case Type::text:
      return "text";
    case Type::list:
      return "a list";
    case Type::map:
      return "a mapping";
  }
  return "";
}

void append_json(std::string& out, const Node& node) {
  switch (node.type) {
    case Node::Type::null:
      out += "null";
      return;
    case Node::Type::boolean:
    case Node::Type::number:
      out += node.text;
      return;
    case Node::Type::text:
      ndjson::append_string(out, node.text);
      return;
    case Node::Type::list:
    case Node::Type::map:
      break;
  }
  const bool map = node.type == Node::Type::map;
  out += map ? '{' : '[';
  bool first = true;
  for (const Node& item : node.items) {
    if (!first) out += ',';
    first = false;
    if (map) {
      ndjson::append_string(out, item.name);
      out += ':';
    }
    append_json(out, item);
  }
  out += map ? '}' : ']';
}

std::string yaml_scalar(std::string_view text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/ ";
  constexpr std::string_view kWords =
      " null Null NULL true True TRUE false False FALSE ~ yes no on off ";
  const bool plain = !text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos &&
                     std::string_view("-. /").find(text.front()) == std::string_view::npos &&
                     text.back() != ' ' && !parse_decimal(text) &&
                     kWords.find(' ' + std::string(text) + ' ') == std::string_view::npos;
  if (plain) return std::string(text);
  std::string out;
  ndjson::append_string(out, text);
  return out;
}

void refuse(const Place& place, const std::string& why, const std::string& hint) {
  throw base::Error(
      base::ErrorKind::config, "could not use rules \"" + place.text() + "\": " + why, hint);
}

}  // namespace cdckit::cdc_check
