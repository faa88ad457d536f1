#include "tools/pg-load/value/codec.hpp"

#include "common/ndjson/text.hpp"
#include "tools/pg-load/value/big_endian.hpp"
#include "tools/pg-load/value/hstore_text.hpp"
#include "tools/pg-load/value/number_codec.hpp"
#include "tools/pg-load/value/time_codec.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cdckit::pg_load {

namespace problems {
const FieldProblem kSyntax{"22P02", "invalid input syntax"};
const FieldProblem kOutOfRange{"22003", "value out of range"};
const FieldProblem kNul{"22P05", "text cannot hold the character \\u0000"};
const FieldProblem kSurrogate{"22P05", "text holds half of a surrogate pair"};
const FieldProblem kBadDate{"22008", "date or time out of range"};
const FieldProblem kAskServer{"22007", "invalid date or time", true};
}  // namespace problems

std::string column_problem(std::string_view table,
                           std::string_view column,
                           std::string_view type,
                           std::string_view reason,
                           std::string_view json) {
  constexpr std::size_t kShown = 100;
  std::string text;
  if (!table.empty()) text.append("table \"").append(table).append("\", ");
  text.append("column \"").append(column).append("\"");
  if (!type.empty()) text.append(" (").append(type).append(")");
  text.append(": ").append(reason);
  if (json.empty()) return text;
  std::size_t shown = std::min(json.size(), kShown);
  while (shown < json.size() && (static_cast<unsigned char>(json[shown]) & 0xC0U) == 0x80U) --shown;
  text.append(": ").append(json.substr(0, shown));
  return shown < json.size() ? text + ".." : text;
}

namespace {

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

const FieldProblem* encode_uuid(std::string_view text, std::string& out) {
  if (text.size() > 2 && text.front() == '{' && text.back() == '}')
    text = text.substr(1, text.size() - 2);
  std::array<char, 16> bytes{};
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '-' && digits > 0 && digits % 4 == 0 && i + 1 < text.size()) continue;
    const int digit = hex_digit(text[i]);
    if (digit < 0 || digits == 32) return &problems::kSyntax;
    char& byte = bytes[digits++ / 2];
    const unsigned high = static_cast<unsigned char>(byte);
    byte = static_cast<char>((high << 4U) | static_cast<unsigned>(digit));
  }
  if (digits != 32) return &problems::kSyntax;
  append_bytes_field(out, {bytes.data(), bytes.size()});
  return nullptr;
}

// The escape format: `\\` and three octal digits, all else as it stands.
const FieldProblem* append_escaped_bytes(std::string_view text, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out.push_back(text[i]);
    } else if (i + 1 < text.size() && text[i + 1] == '\\') {
      out.push_back('\\');
      ++i;
    } else if (i + 3 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '3' &&
               text[i + 2] >= '0' && text[i + 2] <= '7' && text[i + 3] >= '0' &&
               text[i + 3] <= '7') {
      out.push_back(static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                      (text[i + 3] - '0')));
      i += 3;
    } else {
      return &problems::kSyntax;
    }
  }
  return nullptr;
}

const FieldProblem* append_hex_bytes(std::string_view digits, std::string& out) {
  if (digits.size() % 2 != 0) return &problems::kSyntax;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = hex_digit(digits[i]);
    const int low = hex_digit(digits[i + 1]);
    if (high < 0 || low < 0) return &problems::kSyntax;
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return nullptr;
}

const FieldProblem* encode_bytea(std::string_view text, std::string& out) {
  const std::size_t length_at = out.size();
  append_big_endian(out, std::int32_t{0});
  const bool hex = text.starts_with("\\x");
  const FieldProblem* problem =
      hex ? append_hex_bytes(text.substr(2), out) : append_escaped_bytes(text, out);
  std::string length;
  append_big_endian(length, static_cast<std::int32_t>(out.size() - length_at - 4));
  out.replace(length_at, 4, length);
  return problem;
}

// jsonb refuses \u0000 and halves of surrogate pairs, which JSON itself allows.
const FieldProblem* check_jsonb(std::string_view json, std::string& scratch) {
  if (json.find("\\u") == std::string_view::npos) return nullptr;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] != '"') continue;
    const std::size_t begin = i++;
    while (json[i] != '"') i += json[i] == '\\' ? std::size_t{2} : std::size_t{1};
    scratch.clear();
    if (!ndjson::append_unescaped(scratch, json.substr(begin, i - begin + 1)))
      return &problems::kSurrogate;
    if (scratch.find('\0') != std::string::npos) return &problems::kNul;
  }
  return nullptr;
}

constexpr std::array<std::pair<std::string_view, Codec>, 19> kCodecs{{
    {"boolean", Codec::boolean},
    {"smallint", Codec::int2},
    {"integer", Codec::int4},
    {"bigint", Codec::int8},
    {"real", Codec::float4},
    {"double precision", Codec::float8},
    {"numeric", Codec::numeric},
    {"text", Codec::text},
    {"character varying", Codec::text},
    {"bpchar", Codec::text},
    {"name", Codec::text},
    {"date", Codec::date},
    {"timestamp without time zone", Codec::timestamp},
    {"timestamp with time zone", Codec::timestamptz},
    {"time without time zone", Codec::time},
    {"uuid", Codec::uuid},
    {"json", Codec::json},
    {"jsonb", Codec::jsonb},
    {"bytea", Codec::bytea},
}};

}  // namespace

Codec codec_for_type(std::string_view base_type) noexcept {
  for (const auto& [name, codec] : kCodecs) {
    if (name == base_type) return codec;
  }
  return Codec::cast;
}

std::string_view staging_type(Codec codec) noexcept {
  if (codec == Codec::text || is_cast(codec)) return "text";
  if (is_populated(codec)) return "json";
  const auto* found = std::find_if(
      kCodecs.begin(), kCodecs.end(), [&](const auto& entry) { return entry.second == codec; });
  return found->first;
}

const FieldProblem* FieldEncoder::plain_text(std::string_view json,
                                             bool plain,
                                             std::string_view& text) {
  text = json;
  if (json.front() != '"') return nullptr;
  text = json.substr(1, json.size() - 2);
  if (plain || text.find('\\') == std::string_view::npos) return nullptr;
  scratch_.clear();
  if (!ndjson::append_unescaped(scratch_, json)) return &problems::kSurrogate;
  if (scratch_.find('\0') != std::string::npos) return &problems::kNul;
  text = scratch_;
  return nullptr;
}

const FieldProblem* FieldEncoder::encode(Codec codec,
                                         std::string_view json,
                                         bool plain,
                                         std::string& out) {
  switch (codec) {
    case Codec::json:
    case Codec::populate:
      append_bytes_field(out, json);
      return nullptr;
    case Codec::jsonb:
      append_big_endian(out, static_cast<std::int32_t>(json.size() + 1));
      out.push_back('\1');
      out.append(json);
      return check_jsonb(json, scratch_);
    case Codec::hstore_array:
      scratch_.clear();
      append_hstore_elements(scratch_, json);
      append_bytes_field(out, scratch_);
      return nullptr;
    case Codec::hstore:
      if (json.front() != '{') break;
      scratch_.clear();
      append_hstore(scratch_, json);
      if (scratch_.find('\0') != std::string::npos) return &problems::kNul;
      append_bytes_field(out, scratch_);
      return nullptr;
    default:
      break;
  }
  std::string_view text;
  if (const FieldProblem* problem = plain_text(json, plain, text)) return problem;
  return encode_plain(codec, text, out);
}

const FieldProblem* FieldEncoder::encode_plain(Codec codec,
                                               std::string_view text,
                                               std::string& out) {
  switch (codec) {
    case Codec::boolean:
      return encode_boolean(text, out);
    case Codec::int2:
      return encode_integer<std::int16_t>(text, out);
    case Codec::int4:
      return encode_integer<std::int32_t>(text, out);
    case Codec::int8:
      return encode_integer<std::int64_t>(text, out);
    case Codec::float4:
      return encode_float4(text, out);
    case Codec::float8:
      return encode_float8(text, out);
    case Codec::numeric:
      return encode_numeric(text, out);
    case Codec::date:
      return encode_date(text, out);
    case Codec::timestamp:
      return encode_timestamp(text, false, out);
    case Codec::timestamptz:
      return encode_timestamp(text, true, out);
    case Codec::time:
      return encode_time(text, out);
    case Codec::uuid:
      return encode_uuid(text, out);
    case Codec::bytea:
      return encode_bytea(text, out);
    default:
      append_bytes_field(out, text);
      return nullptr;
  }
}

void append_null_field(std::string& out) {
  append_big_endian(out, std::int32_t{-1});
}

void append_copy_header(std::string& out) {
  out.append(std::string_view("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19));
}

void append_copy_trailer(std::string& out) {
  append_big_endian(out, std::int16_t{-1});
}

}  // namespace cdckit::pg_load
