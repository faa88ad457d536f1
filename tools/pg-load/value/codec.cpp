#include "tools/pg-load/value/codec.hpp"

#include "common/ndjson/text.hpp"
#include "common/pg/binary/encode_bytes.hpp"
#include "common/pg/binary/encode_number.hpp"
#include "common/pg/binary/encode_time.hpp"
#include "tools/pg-load/value/hstore_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cdckit::pg_load {

using pg::encode_boolean;
using pg::encode_bytea;
using pg::encode_date;
using pg::encode_float4;
using pg::encode_float8;
using pg::encode_integer;
using pg::encode_numeric;
using pg::encode_time;
using pg::encode_timestamp;
using pg::encode_uuid;

namespace {

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
