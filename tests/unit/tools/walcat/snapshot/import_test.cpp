#include "tools/walcat/snapshot/import.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

namespace {

base::ErrorKind kind_after(const std::string& sqlstate) {
  try {
    rethrow_as_changed({base::ErrorKind::data, "could not run COPY: no", sqlstate, ""});
  } catch (const base::Error& error) {
    return error.kind();
  }
}

}  // namespace

// What they do with a server is in tests/integration/walcat/test_snapshot_ddl.py.
TEST_CASE("what a table lacks that the snapshot knows is worth another snapshot") {
  for (const char* state : {"42P01", "42703", "3F000"}) {
    CHECK(kind_after(state) == base::ErrorKind::temporary);
  }
}

TEST_CASE("any other failure is what it is") {
  CHECK(kind_after("42501") == base::ErrorKind::data);
  CHECK(kind_after("") == base::ErrorKind::data);
}
