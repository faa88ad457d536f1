// One record, on the way in and on the way out. Views: they own nothing. Kafka tells null from
// empty in keys, values and header values, and so do these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace cdckit::kafka {

struct Header {
  std::string_view name;
  std::optional<std::string_view> value;  // nothing: Kafka null
  bool operator==(const Header&) const = default;
};

// A topic of one producer, from find_topic().
struct TopicId {
  std::size_t index = 0;
};

inline constexpr std::int32_t kAnyPartition = -1;

struct Outgoing {
  TopicId topic;
  std::optional<std::string_view> key;     // nothing: Kafka null
  std::optional<std::string_view> value;   // nothing: a tombstone
  std::span<const Header> headers;         // in this order, names may repeat
  std::int32_t partition = kAnyPartition;  // the partitioner's choice
  std::int64_t timestamp_ms = 0;           // since 1970; 0: now
  std::uint64_t tag = 0;                   // comes back with the delivery report
};

struct Record {
  std::string_view topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::int64_t timestamp_ms = -1;         // -1: none
  std::optional<std::string_view> key;    // nothing: Kafka null
  std::optional<std::string_view> value;  // nothing: a tombstone
  std::vector<Header> headers;
};

}  // namespace cdckit::kafka
