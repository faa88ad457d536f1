// What must never be false, asked in release builds too: a broken promise is worth more than the
// nanosecond. A failed check throws bug (exit 70 with its text), so that the process ends before it
// confirms anything more. Not for what input or a server can cause: those are errors of their kind.
#pragma once

#include <string_view>

namespace cdckit::base {

// Throws base::Error of kind bug: "could not go on: <what>".
[[noreturn]] void broken_invariant(std::string_view what);

// `what` says what should have been true: "acknowledged <= durable <= read".
constexpr void require_invariant(bool holds, std::string_view what) {
  if (!holds) [[unlikely]]
    broken_invariant(what);
}

}  // namespace cdckit::base
