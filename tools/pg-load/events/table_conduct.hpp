// What a table of the target does by itself when rows change, and how it compares keys: asked once
// a table, because it decides which changes may be applied together. Throws what the server says.
#pragma once

#include "tools/pg-load/table/target_table.hpp"

namespace cdckit::pg_load {

struct TableConduct {
  // Triggers or referring keys would tell a row that moves from one that goes and one that comes.
  bool moves_alone = false;
  // With what a staging table needs beside them its columns would be too many.
  bool all_alone = false;
  bool loose_collation = false;  // a column whose equal texts may have different bytes
};

[[nodiscard]] bool exceeds_stage(const TargetTable& target) noexcept;

// In the session's own role: as a replica most triggers are silent.
TableConduct ask_conduct(pg::Connection& connection, const TargetTable& target);

// Two keys are equal only when they are encoded equally.
[[nodiscard]] bool keys_are_exact(const TargetTable& target, const TableConduct& conduct);

}  // namespace cdckit::pg_load
