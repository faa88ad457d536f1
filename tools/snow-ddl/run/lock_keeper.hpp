// Keeps the lock while the work goes on: a thread of its own renews it. Takes it when made (throws
// temporary when it is held), gives it back at its end.
#pragma once

#include "tools/snow-ddl/history/lock.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace cdckit::snow_ddl {

class LockKeeper {
 public:
  struct Times {
    std::chrono::milliseconds pause{15'000};     // between renewals
    std::chrono::milliseconds patience{50'000};  // without one: the lock counts as lost
  };
  // Both locks are of one owner; `own` goes over a connection that the thread has for itself.
  LockKeeper(Lock& lock, Lock& own);
  LockKeeper(Lock& lock, Lock& own, Times times);
  LockKeeper(const LockKeeper&) = delete;
  LockKeeper& operator=(const LockKeeper&) = delete;
  ~LockKeeper();

  // Somebody else may be at work by now: nothing more may be run.
  [[nodiscard]] bool lost() const noexcept { return lost_; }

 private:
  void keep();
  bool wait();

  Lock& lock_;
  Lock& own_;
  Times times_;
  std::atomic<bool> lost_ = false;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool end_ = false;
  std::thread thread_;
};

}  // namespace cdckit::snow_ddl
