#include "common/debezium/plain_check.hpp"

#include "common/debezium/type_text.hpp"
#include "common/event/unavailable.hpp"
#include "common/ndjson/text.hpp"
#include "common/ndjson/validator.hpp"

#include <algorithm>
#include <string>

namespace cdckit::debezium {
namespace {

constexpr FieldProblem kEither{
    .code = "0A000",
    .reason = "the stream does not say how the value is written, and it could be Debezium's",
    .hint = "Say --encoding debezium, or --encoding plain when it is plain."};

bool is_text_type(const std::string& name) {
  return name == "text" || name.starts_with("character") || name == "bpchar" || name == "citext";
}

bool is_moment(const std::string& name) {
  return name == "date" || name.starts_with("time") || name.starts_with("interval");
}

bool is_amount(const std::string& name) {
  return name == "numeric" || name == "money";
}

bool is_shape(const std::string& name) {
  return name == "point" || name == "box" || name == "lseg" || name == "path" ||
         name == "polygon" || name == "circle" || name == "line" || name == "geometry" ||
         name == "geography";
}

// Digits only, in groups of four: base64 as well as a number.
bool could_be_base64(std::string_view text) {
  return !text.empty() && text.size() % 4 == 0 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool holds_json(std::string_view token) {
  thread_local ndjson::Validator validator;
  std::string text;
  ndjson::append_unescaped(text, token);
  return !text.empty() && validator.check_value(text, false) == nullptr;
}

// A target may keep a numeric without precision as its digits.
bool is_number_without_precision(std::string_view json) {
  return json.front() == '{' && !ndjson::find_member(json, "scale").empty() &&
         ndjson::find_member(json, "value").starts_with('"');
}

bool is_placeholder(std::string_view json) {
  static const event::Unavailable unavailable(event::kUnavailable);
  return unavailable.is(json);
}

}  // namespace

PlainCheck plain_check(std::string_view type) {
  const TypeText parsed = parse_type_text(type);
  if (parsed.array) return {.of = plain_check(element_type(type)).of, .array = true};
  const std::string& name = parsed.name;
  if (is_moment(name)) return {.of = Check::moment};
  if (is_amount(name)) return {.of = Check::amount};
  if (is_shape(name)) return {.of = Check::shape};
  if (name == "bytea") return {.of = Check::bytes};
  if (name.starts_with("json")) return {.of = Check::json};
  return {.of = is_text_type(name) ? Check::text : Check::none};
}

const FieldProblem* check_unsaid(PlainCheck check, std::string_view json) {
  if (ndjson::is_null(json)) return nullptr;
  if (is_placeholder(json)) return &kEither;
  if (check.array) {
    if (!json.starts_with('[')) return nullptr;
    std::string_view element;
    for (ndjson::ArrayCursor cursor(json); cursor.next(element);) {
      const PlainCheck inner{.of = check.of, .array = element.starts_with('[')};
      if (const FieldProblem* problem = check_unsaid(inner, element)) return problem;
    }
    return nullptr;
  }
  const bool text = json.front() == '"';
  switch (check.of) {
    case Check::moment:
      return text ? nullptr : &kEither;
    case Check::shape:
      return json.front() == '{' ? &kEither : nullptr;
    case Check::amount:
      if (json.front() == '{') return &kEither;
      return text && could_be_base64(json.substr(1, json.size() - 2)) ? &kEither : nullptr;
    case Check::bytes:
      return text && !json.starts_with("\"\\\\x") ? &kEither : nullptr;
    case Check::text:
      return is_number_without_precision(json) ? &kEither : nullptr;
    case Check::json:
      return text && holds_json(json) ? &kEither : nullptr;
    default:
      return nullptr;
  }
}

}  // namespace cdckit::debezium
