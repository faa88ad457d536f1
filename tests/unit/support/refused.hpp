// What a body refuses, as one text: for tests of options and settings, whose faults are all of one
// kind.
#pragma once

#include "common/base/error.hpp"

#include <string>

#include <doctest/doctest.h>

namespace cdckit::tests {

// The error's sentence and its hint; "accepted" where nothing was thrown. An error of another kind
// fails the test.
template <class Body>
std::string refused(Body body, base::ErrorKind kind = base::ErrorKind::usage) {
  try {
    body();
  } catch (const base::Error& error) {
    CHECK(error.kind() == kind);
    return std::string(error.what()) + std::string(error.hint());
  }
  return "accepted";
}

}  // namespace cdckit::tests
