// tested by tests/integration/walcat/test_stream.py::test_ends
#include "tools/walcat/server/present.hpp"

#include "common/base/text.hpp"
#include "common/event/position.hpp"

namespace cdckit::walcat {

std::uint64_t flushed_position(pg::Connection& connection) {
  const auto result = connection.query(
      "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE "
      "pg_current_wal_flush_lsn() END");
  return event::parse_lsn(result.at(0, 0)).value_or(0);
}

std::uint32_t next_transaction(pg::Connection& connection) {
  const auto result =
      connection.query("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint & 4294967295");
  return static_cast<std::uint32_t>(base::parse_unsigned(result.at(0, 0)).value_or(0));
}

}  // namespace cdckit::walcat
