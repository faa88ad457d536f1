// How the values of one column are written in a stream that Debezium (or walcat --encoding
// debezium) wrote, and what they are in the plain encoding (cdc-event(5)), which all codecs here
// read. A Decoding is made once per column (connect_schema.hpp) and used for each value. Pure.
#pragma once

#include "common/event/field_problem.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::debezium {

using event::FieldProblem;

enum class Form : std::uint8_t {
  as_it_is,
  unknown,  // nobody said how it is written: refused
  bit,      // true or false of a bit(1)
  bits,     // bytes, lowest first; `size` bits
  decimal,  // bytes; `scale`
  variable_decimal,
  decimal_text,  // "NAN", "POSITIVE_INFINITY"
  date,
  time,       // `per_second`
  timestamp,  // `per_second`
  iso,
  iso_zoned,
  duration,  // `per_second`
  json,      // JSON inside a string
  bytes,     // base64
  bytes_url_safe,
  bytes_hex,
  bytes_text,  // base64 of the text of a type that the connector does not know
  point,
  shape,
  circle,
  line,
  postgis,
  vector,
  array,
  // Where only the target's type is known, not the source's:
  any_number,  // a number as it is, or decimal, or variable_decimal
  any_text,    // text as it is, or variable_decimal
};

struct Decoding {
  Form form = Form::as_it_is;
  std::int64_t scale = 0;
  std::int64_t per_second = 1;
  std::size_t size = 0;
  std::string type = {};             // of the column, where the form needs it
  std::vector<Decoding> items = {};  // of an array: one
};

// Decodes values; owns scratch memory, one per thread.
class ValueDecoder {
 public:
  // Appends the JSON value in the plain encoding. `json` is a valid JSON value. Null when fine,
  // else the problem; `out` then holds garbage behind its old end.
  const FieldProblem* decode(const Decoding& how, std::string_view json, std::string& out);

 private:
  const FieldProblem* decode_array(const Decoding& how, std::string_view json, std::string& out);
  const FieldProblem* decode_text(const Decoding& how, std::string_view json, std::string& out);
  const FieldProblem* decode_number(const Decoding& how, std::string_view json, std::string& out);
  const FieldProblem* decode_bytes(const Decoding& how, std::string_view text, std::string& out);
  const FieldProblem* decode_struct(const Decoding& how, std::string_view json, std::string& out);
  const FieldProblem* decode_any(const Decoding& how, std::string_view json, std::string& out);

  std::string text_;  // of the string that is read
};

namespace problems {
extern const FieldProblem kUnknownEncoding;  // no schema and no default says how it is written
extern const FieldProblem kNotThisEncoding;  // it is not written as the schema or the type says
}  // namespace problems

}  // namespace cdckit::debezium
