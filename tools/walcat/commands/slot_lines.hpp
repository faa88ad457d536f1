// What walcat slots and walcat status print: all that the server's version knows of a slot, as
// lines of JSON and as tables with units. Reading throws like pg::Connection; the rest is pure.
#pragma once

#include "common/pg/connection.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace cdckit::walcat {

// A slot's members by name, as the server prints them; NULL is empty.
using SlotFacts = std::map<std::string, std::string, std::less<>>;

struct SlotView {
  std::vector<std::string> lines;  // JSON
  std::vector<SlotFacts> facts;    // of the same slots
};

// `line` and one row `name`, `value` for each of its members: of each logical slot, or of the one
// named $1. `detailed` adds who reads it and what decoding has cost.
std::string slots_query(int server_version, bool detailed);
SlotView read_slots(pg::Connection& connection, const std::string& slot, bool detailed);

// One line a slot: SLOT DATABASE READER WAL RETAINED LAG SAFE CONFIRMED.
std::string slot_table(const SlotView& view);
// One line for each thing that is known of a slot.
std::string detail_table(const SlotView& view);

}  // namespace cdckit::walcat
