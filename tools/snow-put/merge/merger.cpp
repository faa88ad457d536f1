#include "tools/snow-put/merge/merger.hpp"

#include "common/log/log.hpp"

#include <unistd.h>
#include <utility>

namespace cdckit::snow_put {

Merger::Merger(snow::SqlApi api, int wake_fd)
    : api_(std::move(api)), wake_fd_(wake_fd), thread_([this] { run(); }) {}

Merger::~Merger() {
  {
    const std::scoped_lock lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Merger::request(FoldRequest fold) {
  const std::scoped_lock lock(mutex_);
  fold_ = std::move(fold);
  changed_.notify_all();
}

void Merger::request(std::string what, std::function<void(snow::SqlApi&)> work) {
  const std::scoped_lock lock(mutex_);
  work_ = {std::move(what), std::move(work)};
  changed_.notify_all();
}

std::vector<MergeResult> Merger::take() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(results_, {});
}

std::set<std::string> Merger::take_unfinished() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(unfinished_, {});
}

bool Merger::idle() {
  const std::scoped_lock lock(mutex_);
  return !busy_ && !fold_ && !work_;
}

void Merger::wait_idle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !busy_ && !fold_ && !work_; });
}

void Merger::finish(const FoldRequest& request, FoldOutcome outcome) {
  if (!outcome.holder.empty())
    log::info("left a merge to " + outcome.holder + ", who merges for prefix " + request.prefix);
  const std::scoped_lock lock(mutex_);
  for (MergeResult& result : outcome.results) results_.push_back(std::move(result));
  unfinished_.merge(outcome.unfinished);
}

// The journals have it all: the next merge may do better.
void Merger::fold(const FoldRequest& request) {
  try {
    finish(request, snow_put::fold(api_, request));
  } catch (const base::Error& error) {
    std::string what = request.upto.empty() ? "merge" : "fold up to " + request.upto;
    log::warning("could not " + what + ": " + error.what());
    const std::scoped_lock lock(mutex_);
    for (const snow::TableAddress& mirror : request.mirrors) unfinished_.insert(mirror.table);
  }
}

void Merger::run() {
  for (;;) {
    std::optional<FoldRequest> next;
    std::optional<Work> work;
    {
      std::unique_lock lock(mutex_);
      busy_ = false;
      changed_.notify_all();
      changed_.wait(lock, [&] { return closing_ || fold_ || work_; });
      if (closing_) return;
      next = std::exchange(fold_, std::nullopt);
      work = std::exchange(work_, std::nullopt);
      busy_ = true;
    }
    if (next) fold(*next);
    if (work) {
      try {
        work->run(api_);
      } catch (const base::Error& error) {
        log::warning("could not " + work->what + ": " + error.what());
      }
    }
    const std::uint64_t one = 1;
    if (wake_fd_ >= 0) (void)!::write(wake_fd_, &one, sizeof one);
  }
}

}  // namespace cdckit::snow_put
