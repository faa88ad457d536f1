// Why a text is no value of its type. Pure.
#pragma once

#include "common/event/field_problem.hpp"

namespace cdckit::pg {

using event::FieldProblem;

namespace problems {
inline constexpr FieldProblem kSyntax{"22P02", "invalid input syntax"};
inline constexpr FieldProblem kOutOfRange{"22003", "value out of range"};
inline constexpr FieldProblem kNul{"22P05", "text cannot hold the character \\u0000"};
inline constexpr FieldProblem kSurrogate{"22P05", "text holds half of a surrogate pair"};
inline constexpr FieldProblem kBadDate{"22008", "date or time out of range"};
inline constexpr FieldProblem kAskServer{"22007", "invalid date or time", true};
}  // namespace problems

}  // namespace cdckit::pg
