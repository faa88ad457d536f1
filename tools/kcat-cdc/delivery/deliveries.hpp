// What the brokers said about the records of one producer run: how many are on their way, what was
// refused, what failed. Filled inside of a C library's callback: keeps what happened, decides
// nothing.
#pragma once

#include "common/kafka/producer.hpp"
#include "tools/kcat-cdc/delivery/delivery_log.hpp"

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::kcat_cdc {

// Tags of records that are no lines of the input.
inline constexpr std::uint64_t kShapeTag = std::numeric_limits<std::uint64_t>::max();
inline constexpr std::uint64_t kPositionTag = kShapeTag - 1;

// A record that the brokers found too large.
struct TooLarge {
  std::uint64_t tag = 0;
  std::string topic;
  std::uint64_t bytes = 0;  // of key and value
  std::string pos;
  std::string row;
};

class Deliveries final : public kafka::DeliveryListener {
 public:
  void delivered(std::uint64_t tag) override;
  void failed(const kafka::FailedDelivery& delivery) override;

  // Throws the first failure.
  void check() const {
    if (failure_) throw base::Error(*failure_);
  }
  // Throws it when no retry mends it.
  void check_for_good() const {
    if (failure_ && !failure_->retryable()) throw base::Error(*failure_);
  }
  void forget_failure() { failure_.reset(); }
  void shape_sent() noexcept { shape_on_its_way_ = true; }
  [[nodiscard]] bool shape_on_its_way() const noexcept { return shape_on_its_way_; }
  // Hands them over.
  [[nodiscard]] std::vector<TooLarge> take_too_large() { return std::exchange(too_large_, {}); }
  [[nodiscard]] const std::vector<TooLarge>& too_large() const noexcept { return too_large_; }

  DeliveryLog log;

 private:
  std::optional<base::Error> failure_;
  std::vector<TooLarge> too_large_;
  bool shape_on_its_way_ = false;
};

}  // namespace cdckit::kcat_cdc
