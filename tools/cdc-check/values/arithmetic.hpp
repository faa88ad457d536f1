// The four operations on decimals. A result has 38 digits at most and is rounded once, half to
// even; what fits is exact. Pure, throws nothing.
#pragma once

#include "tools/cdc-check/values/decimal.hpp"

namespace cdckit::cdc_check {

Decimal negated(Decimal value) noexcept;
Decimal absolute(Decimal value) noexcept;
Decimal add(const Decimal& left, const Decimal& right) noexcept;
Decimal subtract(const Decimal& left, const Decimal& right) noexcept;
Decimal multiply(const Decimal& left, const Decimal& right) noexcept;
// Nothing for a division by zero.
std::optional<Decimal> divide(const Decimal& left, const Decimal& right) noexcept;
// Whether `value` is a whole number of times `step`, which is not zero. Exact; false where it
// cannot be told (more than 38 digits).
bool is_multiple(const Decimal& value, const Decimal& step) noexcept;

}  // namespace cdckit::cdc_check
