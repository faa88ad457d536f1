#include "common/debezium/decoding.hpp"

#include "common/base/text.hpp"
#include "common/debezium/geometry.hpp"
#include "common/debezium/number.hpp"
#include "common/debezium/time.hpp"
#include "common/ndjson/text.hpp"
#include "common/ndjson/validator.hpp"

#include <optional>

namespace cdckit::debezium {

namespace problems {
const FieldProblem kUnknownEncoding{
    .code = "0A000",
    .reason = "it is not known how the value is written",
    .hint =
        "Let the schema come with the events (walcat --encoding debezium, a Connect schema), "
        "say --encoding and --binary-handling, or write the plain encoding."};
const FieldProblem kNotThisEncoding{
    .code = "22P02",
    .reason = "the value is not written as Debezium writes this type",
    .hint = "--encoding says how values are written: plain or debezium."};
}  // namespace problems

namespace {

constexpr FieldProblem kSurrogate{"22P05", "text holds half of a surrogate pair"};

const FieldProblem* nested(bool good) noexcept {
  return good ? nullptr : &problems::kNotThisEncoding;
}

// A text without anything that JSON escapes, in quotes.
template <class Append>
const FieldProblem* quoted(std::string& out, Append append) {
  out += '"';
  if (!append(out)) return &problems::kNotThisEncoding;
  out += '"';
  return nullptr;
}

std::optional<std::string> from_hex(std::string_view digits) {
  std::string bytes;
  if (digits.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const auto byte = base::parse_hex(digits.substr(i, 2));
    if (!byte) return std::nullopt;
    bytes.push_back(static_cast<char>(*byte));
  }
  return bytes;
}

const FieldProblem* append_bytes(std::string& out, std::string_view bytes) {
  constexpr const char* kDigits = "0123456789abcdef";
  out += R"("\\x)";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  out += '"';
  return nullptr;
}

const FieldProblem* append_json(std::string& out, std::string_view text) {
  thread_local ndjson::Validator validator;
  if (validator.check_value(text, false) != nullptr) return &problems::kNotThisEncoding;
  out += base::trim(text);
  return nullptr;
}

const FieldProblem* append_decimal_text(std::string& out, std::string_view text) {
  if (text == "NAN") text = "NaN";
  if (text == "POSITIVE_INFINITY") text = "Infinity";
  if (text == "NEGATIVE_INFINITY") text = "-Infinity";
  ndjson::append_string(out, text);
  return nullptr;
}

}  // namespace

const FieldProblem* ValueDecoder::decode(const Decoding& how,
                                         std::string_view json,
                                         std::string& out) {
  if (how.form == Form::as_it_is || ndjson::is_null(json)) {
    out += json;
    return nullptr;
  }
  switch (how.form) {
    case Form::unknown:
      return &problems::kUnknownEncoding;
    case Form::array:
    case Form::vector:
      return decode_array(how, json, out);
    case Form::bit:
      if (json != "true" && json != "false") return &problems::kNotThisEncoding;
      out += json == "true" ? R"("1")" : R"("0")";
      return nullptr;
    case Form::date:
    case Form::time:
    case Form::timestamp:
    case Form::duration:
      return decode_number(how, json, out);
    case Form::variable_decimal:
    case Form::point:
    case Form::shape:
    case Form::circle:
    case Form::line:
    case Form::postgis:
      return decode_struct(how, json, out);
    case Form::any_number:
    case Form::any_text:
      return decode_any(how, json, out);
    default:
      return decode_text(how, json, out);
  }
}

const FieldProblem* ValueDecoder::decode_array(const Decoding& how,
                                               std::string_view json,
                                               std::string& out) {
  if (!json.starts_with('[')) return &problems::kNotThisEncoding;
  const bool vector = how.form == Form::vector;
  out += vector ? "\"[" : "[";
  ndjson::ArrayCursor cursor(json);
  std::string_view element;
  for (bool first = true; cursor.next(element); first = false) {
    if (!first) out += ',';
    // Of an array of arrays all dimensions have the same elements.
    const bool deeper =
        !vector && element.starts_with('[') && how.items.front().form != Form::array;
    const Decoding& inner = vector ? how : (deeper ? how : how.items.front());
    if (vector) {
      out += element.starts_with('"') ? element.substr(1, element.size() - 2) : element;
    } else if (const FieldProblem* problem = decode(inner, element, out)) {
      return problem;
    }
  }
  out += vector ? "]\"" : "]";
  return nullptr;
}

const FieldProblem* ValueDecoder::decode_number(const Decoding& how,
                                                std::string_view json,
                                                std::string& out) {
  const auto number = base::parse_signed(json);
  if (!number) return &problems::kNotThisEncoding;
  return quoted(out, [&](std::string& text) {
    if (how.form == Form::date) return append_date(text, *number);
    if (how.form == Form::time) return append_time(text, *number, how.per_second);
    if (how.form == Form::timestamp) return append_timestamp(text, *number, how.per_second);
    append_duration(text, *number, how.per_second);
    return true;
  });
}

const FieldProblem* ValueDecoder::decode_struct(const Decoding& how,
                                                std::string_view json,
                                                std::string& out) {
  if (!json.starts_with('{')) return &problems::kNotThisEncoding;
  if (how.form == Form::variable_decimal) {
    const auto scale = base::parse_signed(ndjson::find_member(json, "scale"));
    const std::string_view value = ndjson::find_member(json, "value");
    std::string scratch;
    if (!scale || !value.starts_with('"')) return &problems::kNotThisEncoding;
    const auto bytes = base::from_base64(ndjson::unescape(value, scratch));
    return nested(bytes && append_decimal(out, *bytes, *scale));
  }
  return quoted(out, [&](std::string& text) {
    if (how.form == Form::point) return append_point(text, json);
    if (how.form == Form::circle) return append_circle(text, json);
    if (how.form == Form::line) return append_line(text, json);
    return how.form == Form::postgis ? append_postgis(text, json)
                                     : append_shape(text, json, how.type);
  });
}

// {"scale","value"} is what a numeric without precision looks like, and nothing else does.
const FieldProblem* ValueDecoder::decode_any(const Decoding& how,
                                             std::string_view json,
                                             std::string& out) {
  if (json.starts_with('{') && !ndjson::find_member(json, "scale").empty())
    return decode_struct({.form = Form::variable_decimal}, json, out);
  if (json.starts_with('{') || json.starts_with('[')) return &problems::kUnknownEncoding;
  const bool text = json.starts_with('"');
  if (how.form == Form::any_number && text)
    return decode_text({.form = Form::decimal, .scale = how.scale}, json, out);
  if (how.form == Form::any_text && !text) return &problems::kUnknownEncoding;
  out += json;
  return nullptr;
}

const FieldProblem* ValueDecoder::decode_text(const Decoding& how,
                                              std::string_view json,
                                              std::string& out) {
  if (how.form == Form::decimal_text && !json.starts_with('"')) {
    out += json;
    return nullptr;
  }
  if (!json.starts_with('"')) return &problems::kNotThisEncoding;
  text_.clear();
  if (!ndjson::append_unescaped(text_, json)) return &kSurrogate;
  switch (how.form) {
    case Form::json:
      return append_json(out, text_);
    case Form::decimal_text:
      return append_decimal_text(out, text_);
    case Form::iso:
    case Form::iso_zoned:
      return quoted(out, [&](std::string& into) {
        return text_.find_first_of("\"\\") == std::string::npos &&
               append_iso(into, text_, how.form == Form::iso_zoned);
      });
    default:
      return decode_bytes(how, text_, out);
  }
}

const FieldProblem* ValueDecoder::decode_bytes(const Decoding& how,
                                               std::string_view text,
                                               std::string& out) {
  const auto bytes = how.form == Form::bytes_hex ? from_hex(text) : base::from_base64(text);
  if (!bytes) return &problems::kNotThisEncoding;
  if (how.form == Form::decimal) return nested(append_decimal(out, *bytes, how.scale));
  if (how.form == Form::bits)
    return quoted(out, [&](std::string& into) { return append_bits(into, *bytes, how.size); });
  if (how.form != Form::bytes_text) return append_bytes(out, *bytes);
  ndjson::append_string(out, *bytes);
  return nullptr;
}

}  // namespace cdckit::debezium
