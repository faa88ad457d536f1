// The flag --partition-by: records go to a partition by the values of columns instead of by their
// key, so that e.g. all rows of one tenant keep their order. What is hashed: each value's text (a
// string without its quotes and escapes, all else as it stands in the line), with the byte 0x1F
// between them. Pure; no allocation per record once its buffers have grown.
#pragma once

#include "common/event/event.hpp"
#include "common/event/unavailable.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::kcat_cdc {

class PartitionRule {
 public:
  PartitionRule() = default;
  // `columns`: COL[,COL]. Throws usage for a name that is empty.
  explicit PartitionRule(const std::string& columns,
                         std::string_view unavailable = event::kUnavailable);
  [[nodiscard]] bool empty() const noexcept { return columns_.empty(); }
  // Of a delete by `before`, else by the key. Nothing when the event lacks a column: reason().
  // Valid until the next call.
  std::optional<std::string_view> bytes_of(const event::Event& event);
  [[nodiscard]] std::string_view reason() const noexcept { return reason_; }

 private:
  std::vector<std::string> columns_;  // as they stand in JSON
  event::Unavailable unavailable_{event::kUnavailable};
  std::string bytes_;
  std::string scratch_;
  std::string reason_;
};

}  // namespace cdckit::kcat_cdc
