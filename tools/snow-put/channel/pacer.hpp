// Keeps one channel below the service's rates: bytes a second and requests a second, each a bucket
// that fills with time and holds a second's worth. Pure: the caller gives the time.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace cdckit::snow_put {

class Pacer {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr double kRequestsPerSecond = 10;

  // `bytes_per_second` 0: no limits at all.
  explicit Pacer(std::uint64_t bytes_per_second) noexcept
      : rate_(static_cast<double>(bytes_per_second)), bytes_(rate_) {}

  // When a request may go out. One that is larger than a second's worth waits for a full bucket.
  [[nodiscard]] Time ready(std::size_t bytes, Time now) const noexcept {
    if (rate_ <= 0) return now;
    const double missing_bytes =
        std::min(static_cast<double>(bytes), rate_) - filled(bytes_, rate_, now);
    const double missing_requests = 1 - filled(requests_, kRequestsPerSecond, now);
    const double seconds =
        std::max({0.0, missing_bytes / rate_, missing_requests / kRequestsPerSecond});
    return now +
           std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
  }
  void sent(std::size_t bytes, Time now) noexcept {
    if (rate_ <= 0) return;
    bytes_ = filled(bytes_, rate_, now) - static_cast<double>(bytes);
    requests_ = filled(requests_, kRequestsPerSecond, now) - 1;
    last_ = now;
  }

 private:
  [[nodiscard]] double filled(double level, double rate, Time now) const noexcept {
    const double seconds = std::chrono::duration<double>(now - last_).count();
    return std::min(rate, level + rate * seconds);
  }

  double rate_;
  double bytes_;
  double requests_ = kRequestsPerSecond;
  Time last_{};
};

}  // namespace cdckit::snow_put
