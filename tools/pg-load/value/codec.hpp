// One JSON value -> one field of PostgreSQL's binary COPY format, by column type. Values follow
// COPY: the JSON string "12" may go into an integer column. Nothing here talks to a server, and
// nothing allocates per value once the scratch memory has grown.
#pragma once

#include "common/event/field_problem.hpp"
#include "common/pg/binary/big_endian.hpp"
#include "common/pg/binary/problem.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace cdckit::pg_load {

using pg::append_big_endian;
using pg::append_bytes_field;
using pg::append_integer_field;
using pg::read_int32;
using pg::store_big_endian;

enum class Codec : std::uint8_t {
  boolean,
  int2,
  int4,
  int8,
  float4,
  float8,
  numeric,
  text,
  date,
  timestamp,
  timestamptz,
  time,
  uuid,
  json,
  jsonb,
  bytea,
  cast,          // staged as text, the server casts: any other scalar type
  populate,      // staged as json, the server reads it as row_to_json's inverse: arrays, composites
  hstore,        // as cast; an object becomes hstore's own text
  hstore_array,  // as populate, its elements likewise
};

constexpr bool is_cast(Codec codec) noexcept {
  return codec == Codec::cast || codec == Codec::hstore;
}
constexpr bool is_populated(Codec codec) noexcept {
  return codec == Codec::populate || codec == Codec::hstore_array;
}

// Why a value cannot go into its column.
using event::column_problem;
using event::FieldProblem;

namespace problems = pg::problems;

class FieldEncoder {
 public:
  // Appends the field with its length. `json` is a valid JSON value, not null. Null when fine, else
  // the problem; `out` then holds garbage behind its old end, which the caller cuts off.
  // `plain`: a string is known to hold no escape.
  const FieldProblem* encode(Codec codec, std::string_view json, bool plain, std::string& out);
  const FieldProblem* encode(Codec codec, std::string_view json, std::string& out) {
    return encode(codec, json, false, out);
  }

 private:
  // What COPY would read: a string without its quotes and escapes, any other value as it stands.
  const FieldProblem* plain_text(std::string_view json, bool plain, std::string_view& text);
  const FieldProblem* encode_plain(Codec codec, std::string_view text, std::string& out);

  std::string scratch_;
};

// The type of the staging column that takes the codec's fields.
std::string_view staging_type(Codec codec) noexcept;
// The codec for a type by its name as format_type() prints it without modifier.
Codec codec_for_type(std::string_view base_type) noexcept;

void append_null_field(std::string& out);
// The 19 bytes before the first row, and the two after the last.
void append_copy_header(std::string& out);
void append_copy_trailer(std::string& out);

}  // namespace cdckit::pg_load
