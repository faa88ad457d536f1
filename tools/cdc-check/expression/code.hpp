// A compiled expression: a flat list of steps for a stack machine. Nothing changes once it is made.
#pragma once

#include "tools/cdc-check/rules/rule.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cdckit::cdc_check {

enum class Step : std::uint8_t {
  column,   // number of the column
  literal,  // number of the literal
  negate,
  add,
  subtract,
  multiply,
  divide,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  both,    // and
  either,  // or
  invert,  // not
  is_null,
  is_not_null,
  in_list,  // how many values; not_in: the same, inverted
  length,
  lower,
  upper,
  absolute
};
const char* word_of(Step step) noexcept;

struct Literal {
  enum class Type : std::uint8_t { null, boolean, number, text };
  Type type = Type::null;
  bool boolean = false;
  Decimal number;
  std::string text;
};

struct ExpressionCode {
  struct Instruction {
    Step step{};
    std::uint32_t operand = 0;
  };
  std::vector<Instruction> steps;
  std::vector<Literal> literals;
  std::vector<Path> columns;
  std::size_t deepest = 0;  // values on the stack at most
};

// One instruction a line, for people.
std::string listing(const ExpressionCode& code);

}  // namespace cdckit::cdc_check
