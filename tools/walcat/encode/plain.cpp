#include "tools/walcat/encode/plain.hpp"

#include "common/base/error.hpp"
#include "common/ndjson/grammar.hpp"
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

bool is_number(std::string_view text) noexcept {
  if (text == "NaN" || text == "Infinity" || text == "-Infinity") return true;
  return !text.empty() && text.find_first_not_of("0123456789.+-e") == text.npos &&
         text.back() >= '0' && text.back() <= '9';
}

bool is_time(std::string_view text) noexcept {
  return text.ends_with("infinity") || (!text.empty() && text[0] >= '0' && text[0] <= '9');
}

// Whether a type of that form can have printed the text, as far as it would matter: what JSON takes
// as it stands must be JSON. The other walks see for themselves.
bool may_be(TypeForm form, std::string_view text) noexcept {
  switch (form) {
    case TypeForm::number:
      return is_number(text);
    case TypeForm::boolean:
      return text == "t" || text == "f";
    case TypeForm::timestamp:
    case TypeForm::timestamptz:
      return is_time(text);
    case TypeForm::json:
    case TypeForm::jsonb:
      return ndjson::is_json(text);
    case TypeForm::text:
    case TypeForm::array:
    case TypeForm::vector:
    case TypeForm::composite:
    case TypeForm::hstore:
      return true;
  }
  return true;
}

// Inside a composite the type may be another by now.
void append_element(std::string& out, std::string_view text, const Codec& codec) {
  const Codec& child = codec.children.front();
  if (codec.inside && !may_be(child.form, text))
    throw base::Error(base::ErrorKind::protocol, "could not print an element: not of its type");
  child.append(out, text, child);
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
        append_element(out, element, codec);
        break;
    }
  }
}

void append_vector(std::string& out, std::string_view text, const Codec& codec) {
  out += '[';
  while (!text.empty()) {
    const auto blank = text.find(' ');
    append_element(out, text.substr(0, blank), codec);
    text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
    if (!text.empty()) out += ',';
  }
  out += ']';
}

// Whether the text has the fields of the type, of their types: otherwise names would be wrong. The
// one attribute of a type may be NULL, then its text is `()` too.
bool append_fields(std::string& out, std::string_view text, const Codec& codec) {
  CompositeTextCursor cursor(text);
  std::string_view element;
  const auto fields = codec.children.size();
  for (std::size_t i = 0; i < fields; ++i) {
    if (i > 0 && cursor.done()) return false;
    out += codec.names[i];
    const Codec& field = codec.children[i];
    if (cursor.next(element) != ElementKind::value) {
      out += "null";
    } else if (may_be(field.form, element)) {
      field.append(out, element, field);
    } else {
      return false;
    }
  }
  return cursor.done();
}

bool fits_type(std::string& out, std::string_view text, const Codec& codec) {
  try {
    return append_fields(out, text, codec);
  } catch (const base::Error&) {  // a part whose text another type has printed
    return false;
  }
}

// A value of a shape that the type had once, or will have, is printed as PostgreSQL prints it.
void append_composite(std::string& out, std::string_view text, const Codec& codec) {
  const auto begin = out.size();
  if (!fits_type(out, text, codec)) {
    out.resize(begin);
    ndjson::append_string(out, text);
    return;
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

Codec PlainEncoding::compile(const Type& type, bool inside) {
  Codec codec;
  codec.inside = inside;
  codec.append = append_for(type.form);
  codec.form = type.form;
  codec.delimiter = type.delimiter;
  if (type.element != nullptr) codec.children.push_back(compile(*type.element, inside));
  for (const auto& field : type.fields) {
    std::string name = ",";
    ndjson::append_string(name, field.name);
    codec.names.push_back(name + ":");
    codec.children.push_back(compile(*field.type, true));
  }
  return codec;
}

}  // namespace cdckit::walcat
