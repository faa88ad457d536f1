// The thread that folds journals into mirrors beside a running put, and writes down what is
// acknowledged. One wish at a time; results come out of take().
#pragma once

#include "tools/snow-put/merge/fold.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace cdckit::snow_put {

class Merger {
 public:
  // `wake_fd` gets eight bytes when there are results; -1: nobody waits.
  Merger(snow::SqlApi api, int wake_fd);
  Merger(const Merger&) = delete;
  Merger& operator=(const Merger&) = delete;
  ~Merger();

  void request(FoldRequest fold);
  // Anything else that takes a statement and may fail without harm: it is a warning then.
  void request(std::string what, std::function<void(snow::SqlApi&)> work);
  // What was merged since the last call. A merge that failed is a warning.
  std::vector<MergeResult> take();
  // Tables that the last folds left something of.
  std::set<std::string> take_unfinished();
  [[nodiscard]] bool idle();
  void wait_idle();

 private:
  struct Work {
    std::string what;
    std::function<void(snow::SqlApi&)> run;
  };
  void run();
  void fold(const FoldRequest& request);
  void finish(const FoldRequest& request, FoldOutcome outcome);

  snow::SqlApi api_;
  int wake_fd_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<FoldRequest> fold_;
  std::optional<Work> work_;
  std::vector<MergeResult> results_;
  std::set<std::string> unfinished_;
  bool busy_ = false;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace cdckit::snow_put
