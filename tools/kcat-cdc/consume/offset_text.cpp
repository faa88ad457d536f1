#include "tools/kcat-cdc/consume/offset_text.hpp"

#include "common/base/text.hpp"
#include "tools/kcat-cdc/topics/topic_names.hpp"

#include <cstdint>
#include <limits>

namespace cdckit::kcat_cdc {

namespace {

bool parse_entry(const std::string& topic, const std::string& text, kafka::Offsets& out) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) return false;
  const auto number = base::parse_unsigned(std::string_view(text).substr(0, equals));
  const auto offset = base::parse_unsigned(std::string_view(text).substr(equals + 1));
  constexpr std::uint64_t kMostPartitions = std::numeric_limits<std::int32_t>::max();
  constexpr std::uint64_t kMostOffsets = std::numeric_limits<std::int64_t>::max();
  if (!number || *number > kMostPartitions || !offset || *offset > kMostOffsets) return false;
  const kafka::Partition partition{topic, static_cast<std::int32_t>(*number)};
  return out.emplace(partition, static_cast<std::int64_t>(*offset)).second;
}

}  // namespace

std::string format_offsets(const kafka::Offsets& offsets) {
  std::string out;
  const std::string* topic = nullptr;
  for (const auto& [partition, offset] : offsets) {
    if (topic == nullptr || *topic != partition.topic) {
      out += (topic == nullptr ? "" : ";") + partition.topic + ':';
      topic = &partition.topic;
    } else {
      out += ',';
    }
    out += std::to_string(partition.number) + '=' + std::to_string(offset);
  }
  return out;
}

std::optional<kafka::Offsets> parse_offsets(std::string_view text) {
  kafka::Offsets out;
  if (text.empty()) return out;
  for (const std::string& group : base::split(text, ';')) {
    const auto colon = group.find(':');
    if (colon == std::string::npos || !is_topic_name(std::string_view(group).substr(0, colon)))
      return std::nullopt;
    for (const std::string& entry : base::split(std::string_view(group).substr(colon + 1), ',')) {
      if (!parse_entry(group.substr(0, colon), entry, out)) return std::nullopt;
    }
  }
  return out;
}

}  // namespace cdckit::kcat_cdc
