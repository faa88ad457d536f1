// The flags of the encoding `debezium`, under Debezium's names, and what they may be together.
#pragma once

#include "common/cli/flag_table.hpp"
#include "tools/walcat/debezium/mapping.hpp"

#include <string>
#include <vector>

namespace cdckit::walcat {

void add_debezium_flags(std::vector<cli::Flag>& into, DebeziumSettings& settings);
// Throws usage: knobs that need `--encoding debezium`.
void check_debezium_settings(const DebeziumSettings& settings, const std::string& encoding);

}  // namespace cdckit::walcat
