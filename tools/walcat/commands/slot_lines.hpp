// The lines that walcat slots and walcat status print: what the server's version knows of a slot.
#pragma once

#include "common/pg/connection.hpp"

#include <string>
#include <vector>

namespace cdckit::walcat {

// One column `line` of JSON for each logical slot, or for the one named $1. `detailed` adds who
// reads it and what decoding has cost. Pure.
std::string slots_query(int server_version, bool detailed);
std::vector<std::string> read_slot_lines(pg::Connection& connection,
                                         const std::string& slot,
                                         bool detailed);

}  // namespace cdckit::walcat
