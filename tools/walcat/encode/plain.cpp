#include "tools/walcat/encode/plain.hpp"

#include "common/ndjson/text.hpp"
#include "tools/walcat/wire/text_forms.hpp"

namespace cdckit::walcat {
namespace {

void append_text(std::string& out, std::string_view text, const Codec& /*codec*/) {
  ndjson::append_string(out, text);
}

void append_raw(std::string& out, std::string_view text, const Codec& /*codec*/) {
  out += text;
}

// NaN and the infinities are no JSON numbers: strings. All others end with a digit.
void append_number(std::string& out, std::string_view text, const Codec& /*codec*/) {
  const bool plain = !text.empty() && text.back() >= '0' && text.back() <= '9';
  if (!plain) out += '"';
  out += text;
  if (!plain) out += '"';
}

void append_boolean(std::string& out, std::string_view text, const Codec& /*codec*/) {
  out += text == "t" ? "true" : "false";
}

// `2024-01-01 10:00:00.5 BC` gets a T; infinity has no blank.
void append_timestamp(std::string& out, std::string_view text, const Codec& /*codec*/) {
  const auto blank = text.find(' ');
  out += '"';
  out += text.substr(0, blank);
  if (blank != std::string_view::npos) {
    out += 'T';
    out += text.substr(blank + 1);
  }
  out += '"';
}

// The same, and the zone +00 becomes +00:00.
void append_timestamptz(std::string& out, std::string_view text, const Codec& codec) {
  append_timestamp(out, text, codec);
  const auto zone = out.rfind("+00");
  const bool ends = zone != std::string::npos && zone + 8 >= out.size();
  if (ends && (out[zone + 3] == '"' || out[zone + 3] == ' ')) out.insert(zone + 3, ":00");
}

// Line breaks can only stand between tokens.
void append_json(std::string& out, std::string_view text, const Codec& /*codec*/) {
  const auto begin = out.size();
  out += text;
  if (text.find_first_of("\n\r") == std::string_view::npos) return;
  for (auto at = begin; at < out.size(); ++at) {
    if (out[at] == '\n' || out[at] == '\r') out[at] = ' ';
  }
}

void append_array(std::string& out, std::string_view text, const Codec& codec) {
  ArrayTextCursor cursor(text, codec.delimiter);
  std::string_view element;
  bool comma = false;
  for (auto kind = cursor.next(element); kind != ElementKind::end; kind = cursor.next(element)) {
    if (comma && kind != ElementKind::close) out += ',';
    comma = kind != ElementKind::open;
    switch (kind) {
      case ElementKind::open:
        out += '[';
        break;
      case ElementKind::close:
        out += ']';
        break;
      case ElementKind::null:
        out += "null";
        break;
      default:
        codec.children.front().append(out, element, codec.children.front());
        break;
    }
  }
}

void append_vector(std::string& out, std::string_view text, const Codec& codec) {
  out += '[';
  while (!text.empty()) {
    const auto blank = text.find(' ');
    codec.children.front().append(out, text.substr(0, blank), codec.children.front());
    text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
    if (!text.empty()) out += ',';
  }
  out += ']';
}

void append_composite(std::string& out, std::string_view text, const Codec& codec) {
  CompositeTextCursor cursor(text);
  std::string_view element;
  const auto begin = out.size();
  for (std::size_t i = 0; i < codec.children.size(); ++i) {
    out += codec.names[i];
    if (cursor.next(element) == ElementKind::value) {
      codec.children[i].append(out, element, codec.children[i]);
    } else {
      out += "null";
    }
  }
  if (out.size() == begin) out += ',';
  out[begin] = '{';
  out += '}';
}

// hstore_to_json: all values are strings.
void append_hstore(std::string& out, std::string_view text, const Codec& /*codec*/) {
  HstoreTextCursor cursor(text);
  std::string_view element;
  bool is_key = true;
  out += '{';
  for (auto kind = cursor.next(element); kind != ElementKind::end; kind = cursor.next(element)) {
    if (is_key && out.back() != '{') out += ',';
    if (kind == ElementKind::null) {
      out += "null";
    } else {
      ndjson::append_string(out, element);
    }
    if (is_key) out += ':';
    is_key = !is_key;
  }
  out += '}';
}

AppendValue append_for(TypeForm form) {
  switch (form) {
    case TypeForm::text:
      return append_text;
    case TypeForm::number:
      return append_number;
    case TypeForm::boolean:
      return append_boolean;
    case TypeForm::timestamp:
      return append_timestamp;
    case TypeForm::timestamptz:
      return append_timestamptz;
    case TypeForm::json:
      return append_json;
    case TypeForm::jsonb:
      return append_raw;
    case TypeForm::array:
      return append_array;
    case TypeForm::vector:
      return append_vector;
    case TypeForm::composite:
      return append_composite;
    case TypeForm::hstore:
      return append_hstore;
  }
  return append_text;
}

}  // namespace

ColumnForm PlainEncoding::column(const ColumnSource& source) const {
  return {.codec = compile(source.type)};
}

Codec PlainEncoding::compile(const Type& type) {
  Codec codec;
  codec.append = append_for(type.form);
  codec.delimiter = type.delimiter;
  if (type.element != nullptr) codec.children.push_back(compile(*type.element));
  for (const auto& field : type.fields) {
    std::string name = ",";
    ndjson::append_string(name, field.name);
    codec.names.push_back(name + ":");
    codec.children.push_back(compile(*field.type));
  }
  return codec;
}

}  // namespace cdckit::walcat
