#include "tools/snow-put/merger.hpp"

#include <unistd.h>
#include <utility>

namespace cdckit::snow_put {

Merger::Merger(snow::SqlApi api, snow::TableAddress place, int wake_fd)
    : api_(std::move(api)),
      place_(std::move(place)),
      wake_fd_(wake_fd),
      thread_([this] { run(); }) {}

Merger::~Merger() {
  {
    const std::scoped_lock lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Merger::request(const std::set<std::string>& tables) {
  const std::scoped_lock lock(mutex_);
  wanted_.insert(tables.begin(), tables.end());
  changed_.notify_all();
}

std::vector<MergeResult> Merger::take() {
  const std::scoped_lock lock(mutex_);
  if (results_.empty() && failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  return std::exchange(results_, {});
}

bool Merger::idle() {
  const std::scoped_lock lock(mutex_);
  return !busy_ && wanted_.empty();
}

void Merger::wait_idle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return failure_ || (!busy_ && wanted_.empty()); });
}

void Merger::merge(const std::string& table) {
  snow::TableAddress mirror = place_;
  mirror.table = table;
  try {
    MergeResult result = merge_table(api_, {mirror, {}, false});
    const std::scoped_lock lock(mutex_);
    results_.push_back(std::move(result));
  } catch (...) {
    const std::scoped_lock lock(mutex_);
    failure_ = std::current_exception();
  }
}

void Merger::run() {
  for (;;) {
    std::string table;
    {
      std::unique_lock lock(mutex_);
      busy_ = false;
      changed_.notify_all();
      changed_.wait(lock, [&] { return closing_ || !wanted_.empty(); });
      if (closing_) return;
      table = wanted_.extract(wanted_.begin()).value();
      busy_ = true;
    }
    merge(table);
    const std::uint64_t one = 1;
    if (wake_fd_ >= 0) (void)!::write(wake_fd_, &one, sizeof one);
  }
}

}  // namespace cdckit::snow_put
