// Values of a stream that does not say how they are written: what could be Debezium's as well as
// plain, or is neither, is refused rather than guessed. Pure.
#pragma once

#include "common/event/field_problem.hpp"

#include <cstdint>
#include <string_view>

namespace cdckit::debezium {

using event::FieldProblem;

enum class Check : std::uint8_t { none, text, moment, amount, shape, bytes, json };

struct PlainCheck {
  Check of = Check::none;
  bool array = false;  // of such values
};

// `type`: of the column, as format_type() prints it, domains resolved.
PlainCheck plain_check(std::string_view type);
// `json`: a valid JSON value. Null when it means the same in both encodings or can only be plain.
const FieldProblem* check_unsaid(PlainCheck check, std::string_view json);

}  // namespace cdckit::debezium
