// When a Kafka transaction ends: at a border between two transactions of the source once it is old
// or large enough; inside of one only before it would outlive what the brokers allow, or hold
// readers back by too much. Pure.
#pragma once

#include <chrono>
#include <cstdint>

namespace cdckit::kcat_cdc {

struct CutLimits {
  // at a border
  std::chrono::milliseconds age{1'000};
  std::uint64_t bytes = 56U << 20U;
  // anywhere
  std::chrono::milliseconds longest{30'000};  // half of transaction.timeout.ms
  std::uint64_t most_bytes = 1U << 30U;
};

class TransactionCut {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit TransactionCut(const CutLimits& limits) : limits_(limits) {}

  void begin(Time now) noexcept {
    began_ = now;
    bytes_ = 0;
  }
  void add(std::uint64_t bytes) noexcept { bytes_ += bytes; }
  // Asked while a transaction is open.
  [[nodiscard]] bool at_border(Time now) const noexcept {
    return bytes_ >= limits_.bytes || now - began_ >= limits_.age;
  }
  [[nodiscard]] bool inside(Time now) const noexcept {
    return bytes_ >= limits_.most_bytes || now - began_ >= limits_.longest;
  }
  // Until age alone ends it; `border`: where it may end as soon as it is old enough.
  [[nodiscard]] std::chrono::milliseconds left(Time now, bool border) const noexcept;
  [[nodiscard]] Time began() const noexcept { return began_; }

 private:
  CutLimits limits_;
  Time began_{};
  std::uint64_t bytes_ = 0;
};

}  // namespace cdckit::kcat_cdc
