// One of librdkafka's messages as our record. For this room only.
#pragma once

#include "common/kafka/record.hpp"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

// NOLINTNEXTLINE(readability-identifier-naming): the library's own name
struct rd_kafka_message_s;

namespace cdckit::kafka {

// Everything below is slices of the message, in place of what `out` holds.
void read_message(const rd_kafka_message_s& message, Record& out);
void read_headers(const rd_kafka_message_s& message, std::vector<Header>& out);
// Null is nothing, which empty is not.
inline std::optional<std::string_view> read_bytes(const void* data, std::size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string_view(static_cast<const char*>(data), size);
}

}  // namespace cdckit::kafka
