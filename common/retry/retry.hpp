// Bounded retries with decorrelated jitter. What is worth retrying is said by the error
// (Error::retryable), never decided here.
#pragma once

#include "common/base/error.hpp"
#include "common/signals/stop.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>
#include <type_traits>

namespace cdckit::retry {

struct Policy {
  std::chrono::milliseconds first_delay{100};
  std::chrono::milliseconds max_delay{10'000};
  std::chrono::milliseconds give_up_after{60'000};  // counted from the first failure
};

class Backoff {
 public:
  explicit Backoff(Policy policy, std::uint64_t seed = 0);  // seed 0: from the kernel
  // The next pause, or a negative value when the time is used up.
  std::chrono::milliseconds next(std::chrono::milliseconds since_first_failure);
  void reset() noexcept;

 private:
  Policy policy_;
  std::uint64_t state_;
  std::chrono::milliseconds last_;
};

// Pauses before another try, of the whole process so far: a metric of every tool.
std::uint64_t pauses_so_far() noexcept;

// Called before each pause; a tool logs it.
using Observer = std::function<void(const base::Error& error, std::chrono::milliseconds pause)>;

// failed(), called from the catch block: sleeps and returns, or rethrows what is being handled when
// the time is used up or a stop was requested. Use it for loops that run() does not fit.
class Attempts {
 public:
  Attempts(Policy policy, signals::StopToken stop, Observer observer = {});
  void failed(const base::Error& error);
  void succeeded() noexcept;

 private:
  Backoff backoff_;
  signals::StopToken stop_;
  Observer observer_;
  std::chrono::steady_clock::time_point first_failure_{};
  bool failing_ = false;
};

template <class Operation>
std::invoke_result_t<Operation> run(
    const Policy& policy,
    signals::StopToken stop,
    // NOLINTNEXTLINE(cppcoreguidelines-missing-std-forward): may run often
    Operation&& operation,
    Observer observer = {}) {
  Attempts attempts(policy, stop, std::move(observer));
  for (;;) {
    try {
      return operation();
    } catch (const base::Error& error) {
      attempts.failed(error);
    }
  }
}

}  // namespace cdckit::retry
