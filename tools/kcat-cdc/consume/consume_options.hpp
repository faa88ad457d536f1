// The flags of `consume` and what they mean together. No I/O.
#pragma once

#include "common/kafka/subscription.hpp"
#include "tools/kcat-cdc/consume/progress.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace cdckit::kcat_cdc {

struct ConsumeOptions {
  std::string group;
  std::vector<std::string> topics;
  std::string from = "stored";
  std::string until;
  std::int64_t limit = -1;
  std::string isolation = "committed";
  std::string format = "auto";
  bool raw = false;
  std::chrono::milliseconds revoke_timeout{30'000};
  std::uint64_t max_unacknowledged = 32U << 20U;
  std::string on_error = "stop";
  std::string dead_letter;
};

// What -t says. Throws usage for a pattern that is none.
kafka::Subscription subscription_of(const ConsumeOptions& options);

// Cross-checks; throws usage, config for a dead-letter topic that would be read.
void check_consume(const ConsumeOptions& options, bool acknowledged);

struct From {
  enum class Kind { stored, beginning, end, time, offset } kind = Kind::stored;
  std::int64_t value = 0;  // milliseconds since 1970, or the offset
};
From parse_from(const std::string& text);
// --until and, where it is a time, --from.
Range parse_range(const ConsumeOptions& options);

}  // namespace cdckit::kcat_cdc
