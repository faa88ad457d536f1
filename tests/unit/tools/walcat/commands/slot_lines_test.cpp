#include "tools/walcat/commands/slot_lines.hpp"

#include <string>

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

TEST_CASE("tables for people") {
  using cdckit::walcat::SlotView;
  const SlotView view{.lines = {"{}"},
                      .facts = {{{"slot_name", "s"},
                                 {"database", "shop"},
                                 {"active_pid", "42"},
                                 {"wal_status", "lost"},
                                 {"invalidation_reason", "wal_removed"},
                                 {"retained_bytes", "49985312"},
                                 {"lag_bytes", "512"},
                                 {"safe_wal_size", ""},
                                 {"confirmed_flush_lsn", "0/16B3748"}}}};
  CHECK(cdckit::walcat::slot_table(view) ==
        "SLOT  DATABASE  READER      WAL                RETAINED    LAG      SAFE  CONFIRMED\n"
        "s     shop      process 42  lost: wal_removed  47.7 MiB  512 B  no limit  0/16B3748\n");
  const std::string details = cdckit::walcat::detail_table(view);
  CHECK(details.starts_with("NAME                 VALUE\nslot_name            s\n"));
  CHECK(details.find("\nretained_bytes       47.7 MiB\n") != std::string::npos);
  CHECK(details.find("\nsafe_wal_size        -\n") != std::string::npos);
}
