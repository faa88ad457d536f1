#include "tools/snow-ddl/run/lock_keeper.hpp"

#include "common/log/log.hpp"

#include <fmt/format.h>

namespace cdckit::snow_ddl {

LockKeeper::LockKeeper(Lock& lock, Lock& own) : LockKeeper(lock, own, Times{}) {}

LockKeeper::LockKeeper(Lock& lock, Lock& own, Times times) : lock_(lock), own_(own), times_(times) {
  lock_.take();
  thread_ = std::thread([this] { keep(); });
}

LockKeeper::~LockKeeper() {
  {
    const std::lock_guard guard(mutex_);
    end_ = true;
  }
  ended_.notify_all();
  thread_.join();
  if (lost_) return;
  try {
    lock_.release();
  } catch (const base::Error& error) {
    log::warning(fmt::format("could not give the lock back: {}", error.what()));
  }
}

// True when it is over.
bool LockKeeper::wait() {
  std::unique_lock guard(mutex_);
  return ended_.wait_for(guard, times_.pause, [this] { return end_; });
}

void LockKeeper::keep() {
  auto renewed = std::chrono::steady_clock::now();
  while (!wait()) {
    try {
      if (!own_.renew()) {
        lost_ = true;
        return;
      }
      renewed = std::chrono::steady_clock::now();
    } catch (const base::Error& error) {
      log::warning(fmt::format("could not renew the lock: {}", error.what()));
      if (std::chrono::steady_clock::now() - renewed < times_.patience) continue;
      lost_ = true;
      return;
    }
  }
}

}  // namespace cdckit::snow_ddl
