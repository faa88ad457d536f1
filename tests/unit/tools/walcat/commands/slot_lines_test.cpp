#include "tools/walcat/commands/slot_lines.hpp"

#include <doctest/doctest.h>

namespace {

bool asks(int version, bool detailed, const std::string& column) {
  return cdckit::walcat::slots_query(version, detailed).find(column) != std::string::npos;
}

}  // namespace

TEST_CASE("only what the version has is asked for") {
  CHECK(asks(150'000, false, "s.safe_wal_size"));
  CHECK_FALSE(asks(150'020, false, "conflicting"));
  CHECK(asks(160'000, false, "conflicting"));
  CHECK_FALSE(asks(160'009, false, "failover"));
  for (const auto* column : {"failover", "synced", "inactive_since", "invalidation_reason"}) {
    CHECK(asks(170'000, false, column));
  }
}

TEST_CASE("what decoding costs is asked for one slot only") {
  CHECK_FALSE(asks(180'000, false, "spill_bytes"));
  CHECK(asks(150'000, true, "spill_bytes"));
}
