// The thread that folds journals into mirrors beside a running put. It takes a set of tables at a
// time; results and failures come out of take().
#pragma once

#include "tools/snow-put/merge.hpp"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace cdckit::snow_put {

class Merger {
 public:
  Merger(snow::SqlApi api, snow::TableAddress place, int wake_fd);
  Merger(const Merger&) = delete;
  Merger& operator=(const Merger&) = delete;
  ~Merger();

  // Adds mirrors to what is to be merged next.
  void request(const std::set<std::string>& tables);
  // What was merged since the last call. Throws what a merge threw.
  std::vector<MergeResult> take();
  [[nodiscard]] bool idle();
  void wait_idle();

 private:
  void run();
  void merge(const std::string& table);

  snow::SqlApi api_;
  snow::TableAddress place_;
  int wake_fd_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> wanted_;
  std::vector<MergeResult> results_;
  std::exception_ptr failure_;
  bool busy_ = false;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace cdckit::snow_put
