// Runs one piece of work at a time on a thread of its own, while the owner goes on. The owner calls
// start() and wait() by turns; what the work threw comes out of wait().
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace cdckit::pg_load {

class Background {
 public:
  Background() = default;
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  // Waits for what is under way; what it throws is lost.
  ~Background();

  // Nothing may be under way. The thread begins with the first call.
  void start(std::function<void()> work);
  // Returns at once when nothing is under way.
  void wait();

 private:
  void loop();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> work_;
  std::exception_ptr failure_;
  bool busy_ = false;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace cdckit::pg_load
