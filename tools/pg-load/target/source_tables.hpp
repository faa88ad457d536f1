// Which tables of the sources have rows in one table of the target: kept in cdckit.positions, part
// "table <name>", so that a later run knows whose rows a snapshot would delete or a TRUNCATE empty.
// Values only; no I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::pg_load {

struct SourceTable {
  std::string name;       // schema.table, as messages print it
  std::string root = {};  // the partitioned table above it; empty: it is no partition
  bool operator==(const SourceTable&) const = default;
};

// One picture holds the rows of both: the same table, or partitions of one root.
[[nodiscard]] bool of_one_picture(const SourceTable& left, const SourceTable& right) noexcept;
void add_source(std::vector<SourceTable>& tables, const SourceTable& table);

// What is kept: {"oid":..,"sources":[{"table":..,"root":..}]}. A table of the target that was
// dropped and made again has another oid, and none of the old one's rows.
[[nodiscard]] std::string sources_text(std::uint32_t oid, const std::vector<SourceTable>& tables);
// Nothing for another oid, or for what is no such text.
[[nodiscard]] std::vector<SourceTable> parse_sources(std::string_view text, std::uint32_t oid);

}  // namespace cdckit::pg_load
