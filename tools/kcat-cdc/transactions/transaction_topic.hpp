// `begin` and `commit` lines as the records of Debezium's transaction topic: where a transaction of
// the source begins and ends, and how many events of which table it has.
//   key   {"id":"571:23456"}
//   value {"status":"END","id":"571:23456","event_count":2,"data_collections":[..],"ts_ms":..}
// Pure.
#pragma once

#include "common/kafka/record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cdckit::kcat_cdc {

class TransactionTopic {
 public:
  // `line` is a control line of kind begin or commit. Nothing when it lacks what a record needs.
  // Valid until the next call; the topic is the caller's.
  std::optional<kafka::Outgoing> record_of(std::string_view line, bool begin);
  // The LSN of the commit, 0 when the line has none: the first half of its rows' positions.
  [[nodiscard]] static std::uint64_t lsn_of(std::string_view line);

 private:
  std::string key_;
  std::string value_;
};

}  // namespace cdckit::kcat_cdc
