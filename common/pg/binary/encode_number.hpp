// Numbers and booleans as text -> binary COPY fields. The grammar is that of PostgreSQL's own input
// functions, so that a refusal here is a refusal there.
#pragma once

#include "common/pg/binary/big_endian.hpp"
#include "common/pg/binary/problem.hpp"

#include <charconv>
#include <string>
#include <string_view>

namespace cdckit::pg {

// Without the white space that every input function allows around a value.
std::string_view strip_spaces(std::string_view text) noexcept;

const FieldProblem* encode_boolean(std::string_view text, std::string& out);
const FieldProblem* encode_float4(std::string_view text, std::string& out);
const FieldProblem* encode_float8(std::string_view text, std::string& out);
// Every digit is kept; the field holds groups of four decimal digits.
const FieldProblem* encode_numeric(std::string_view text, std::string& out);

template <class Integer>
const FieldProblem* encode_integer(std::string_view text, std::string& out) {
  text = strip_spaces(text);
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size())
    return &problems::kSyntax;
  if (error != std::errc{}) return &problems::kOutOfRange;
  append_integer_field(out, value);
  return nullptr;
}

}  // namespace cdckit::pg
