// What a topic's settings mean for the records that are to go there, and for the wish of the
// command line. Pure.
#pragma once

#include "common/kafka/record.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace cdckit::kcat_cdc {

struct TopicFacts {
  std::optional<std::uint64_t> most_bytes;    // of a batch, as it is stored
  const char* most_by = "max.message.bytes";  // the setting that says so
  std::string cleanup;                        // compact, delete or both; empty: not known
  std::optional<std::int64_t> retention_ms;   // by the records' own time; nothing: for ever
  std::optional<std::int64_t> before_ms;      // older ones are refused
  std::optional<std::int64_t> after_ms;       // ones this far in the future are refused
  std::optional<std::int64_t> least_in_sync;  // with fewer replicas in sync nothing is taken

  [[nodiscard]] bool compacts() const { return cleanup.find("compact") != std::string::npos; }
  [[nodiscard]] bool deletes() const { return cleanup.find("delete") != std::string::npos; }
  // Whether the brokers would delete the record for its age.
  [[nodiscard]] bool expires(std::int64_t timestamp_ms, std::int64_t now_ms) const noexcept {
    return retention_ms && timestamp_ms > 0 && now_ms - timestamp_ms > *retention_ms;
  }
};

TopicFacts read_facts(const std::map<std::string, std::string>& settings);

// Why the brokers would refuse the record whatever comes before and after it; empty: they would
// not. The client's own limit is `client_bytes`.
struct Refusal {
  std::string reason;
  const char* code = "";
};
class RecordCheck {
 public:
  RecordCheck(std::uint64_t client_bytes, bool compressed)
      : client_bytes_(client_bytes), compressed_(compressed) {}
  [[nodiscard]] std::optional<Refusal> refuse(const kafka::Outgoing& record,
                                              const std::string& topic,
                                              const TopicFacts& facts,
                                              std::int64_t now_ms) const;

 private:
  [[nodiscard]] std::optional<Refusal> too_large(const kafka::Outgoing& record,
                                                 std::uint64_t bytes,
                                                 const std::string& topic,
                                                 const TopicFacts& facts) const;
  std::uint64_t client_bytes_;
  bool compressed_;
};

// "has 1 partition, not 3" and the like; empty: it is as wished. `partitions` -1: not asked for.
std::string difference(int wished_partitions,
                       const std::map<std::string, std::string>& wished,
                       std::int32_t partitions,
                       const TopicFacts& facts);

}  // namespace cdckit::kcat_cdc
