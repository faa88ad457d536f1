#include "common/base/check.hpp"

#include "common/base/error.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace cdckit::base;

TEST_CASE("what holds costs nothing and says nothing") {
  CHECK_NOTHROW(require_invariant(1 + 1 == 2, "arithmetic"));
}

TEST_CASE("what does not hold ends the run with 70 and says which promise it was") {
  try {
    require_invariant(false, "marks only grow");
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::bug);
    CHECK(to_int(exit_code_for(error.kind())) == 70);
    CHECK(std::string(error.what()).find("marks only grow") != std::string::npos);
  }
}
