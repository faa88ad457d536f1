// The position topic of one transactional id: read after the id was taken over, written in the same
// transaction as the rows. One thread.
#pragma once

#include "common/kafka/record.hpp"
#include "common/kafka/settings.hpp"
#include "common/kafka/topic_reader.hpp"
#include "tools/kcat-cdc/transactions/position_record.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <string>

namespace cdckit::kcat_cdc {

struct StoredPosition {
  PositionRecord record;
  std::string run;  // of the process that wrote it
};

class PositionStore {
 public:
  // `settings`: the connection's, without anything of a producer. `run` names this process.
  PositionStore(kafka::Settings settings, std::string topic, std::string id, std::string run);

  // The newest position of the id, whatever transactions of others are open, or without waiting
  // the newest that can be read at once. Nothing when there is
  // none, or no topic. Throws temporary when it was not reached in time, data when the record is
  // none of ours.
  std::optional<StoredPosition> read(std::chrono::milliseconds wait,
                                     bool waits_for_open = true) const;
  // The topic as the producer that writes to it knows it; before record().
  void write_to(kafka::TopicId id) noexcept { writes_to_ = id; }
  // The record to write; valid until the next call.
  kafka::Outgoing record(const PositionRecord& position);
  [[nodiscard]] const std::string& topic() const noexcept { return topic_; }
  [[nodiscard]] const std::string& run() const noexcept { return run_; }

 private:
  kafka::Settings settings_;
  std::string topic_;
  kafka::TopicId writes_to_;
  std::string id_;
  std::string run_;
  std::string value_;
  std::array<kafka::Header, 1> headers_{};
};

}  // namespace cdckit::kcat_cdc
