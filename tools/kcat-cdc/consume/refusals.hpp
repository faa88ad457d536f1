// Records that cannot be read: the run ends with the first (stop), they are left out (skip), or
// written to the dead-letter topic, durably before a checkpoint passes them.
#pragma once

#include "common/kafka/record.hpp"
#include "common/kafka/settings.hpp"
#include "tools/kcat-cdc/consume/consume_options.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace cdckit::kcat_cdc {

class DeadLetters;

class Refusals {
 public:
  // `settings` are the connection's alone.
  Refusals(const ConsumeOptions& options,
           kafka::Settings settings,
           std::chrono::milliseconds retry_for);
  Refusals(const Refusals&) = delete;
  Refusals& operator=(const Refusals&) = delete;
  ~Refusals();

  // Throws data when nothing may be left out.
  void add(const kafka::Record& record, const std::string& reason);
  // Waits until everything that was refused is durable. Throws temporary when it did not become so.
  void settle();
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  // Of them as of the last settle().
  [[nodiscard]] std::uint64_t settled() const noexcept { return settled_; }

 private:
  const ConsumeOptions& options_;
  kafka::Settings settings_;
  std::chrono::milliseconds retry_for_;
  std::unique_ptr<DeadLetters> letters_;  // made for the first one
  std::uint64_t count_ = 0;
  std::uint64_t settled_ = 0;
};

}  // namespace cdckit::kcat_cdc
