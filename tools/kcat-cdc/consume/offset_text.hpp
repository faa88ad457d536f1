// Offsets of partitions as one compact text, the `pos` of checkpoints: `topic:0=17,3=4;other:0=9`
// (the next offset to read of each). Topic names hold none of the separators. Pure.
#pragma once

#include "common/kafka/consumer.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cdckit::kcat_cdc {

std::string format_offsets(const kafka::Offsets& offsets);
// Nothing when the text is none of ours.
std::optional<kafka::Offsets> parse_offsets(std::string_view text);

}  // namespace cdckit::kcat_cdc
