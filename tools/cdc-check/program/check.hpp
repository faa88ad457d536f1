// One check of a program, and what it found.
#pragma once

#include "tools/cdc-check/expression/evaluator.hpp"
#include "tools/cdc-check/program/code.hpp"
#include "tools/cdc-check/program/encodings.hpp"
#include "tools/cdc-check/program/states.hpp"
#include "tools/cdc-check/values/small_range.hpp"

#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>

namespace cdckit::cdc_check {

inline constexpr std::uint16_t kNoColumn = std::numeric_limits<std::uint16_t>::max();

struct Check {
  RuleKind kind = RuleKind::not_null;
  bool across = false;  // it looks at more than the value of its column
  std::uint16_t column = kNoColumn;
  std::uint16_t operands = 0;  // where the columns of this check begin
  std::uint16_t operand_count = 0;
  std::uint32_t memory = 0;  // which of the program's, for kinds that have one
  Code* code = nullptr;
  Encoding encoding;
  States holds = 0;  // in which nothing more need be looked at
  SmallRange range;
  // of a length
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  std::unique_ptr<Evaluator> evaluator;
};

// A rule that does not hold. Slices live as long as the row.
struct Broken {
  const Code* code = nullptr;
  std::string_view value;  // raw JSON; empty: there is none
  const char* why = "";    // static text, or the code's own
};

// One value and a rule that looks at nothing else. Null: it holds. `scratch` is used freely.
const char* check_value(const Check& check, std::string_view value, std::string& scratch);

// Sets what follows from the rule once: the states that hold, and bounds.
void prepare(Check& check);

}  // namespace cdckit::cdc_check
