// Where the keys of a set lie, when that helps: a key of one whole-number column of which the set
// has at least every second number from its first to its last. Then the table's rows of that range,
// read in the order of the key's index, are hardly more than those that the set asks for. Pure.
#pragma once

#include "tools/pg-load/events/event_fold.hpp"
#include "tools/pg-load/table/statements.hpp"
#include "tools/pg-load/table/target_table.hpp"

#include <optional>

namespace cdckit::pg_load {

std::optional<KeyRange> dense_range(const TargetTable& target, const EventFold& set);

}  // namespace cdckit::pg_load
