// Values of a schema's words, read or refused. Throws config.
#pragma once

#include "tools/cdc-check/rules/node.hpp"
#include "tools/cdc-check/schema/node_code.hpp"

#include <memory>
#include <string>
#include <vector>

namespace cdckit::cdc_check {

std::uint64_t schema_count(const Node& node);
Decimal schema_number(const Node& node);
std::unique_ptr<Pattern> schema_pattern(const std::string& text, const Place& place);
std::vector<std::string> schema_names(const Node& node);
unsigned schema_types(const Node& node);
std::string canonical_of(const Node& node);
// The parts of a JSON pointer that begins with `#/`, unescaped.
std::vector<std::string> pointer_parts(const std::string& pointer);
// Throws for a word that no schema has, or none of ours.
[[noreturn]] void refuse_schema_word(const Node& node);

}  // namespace cdckit::cdc_check
