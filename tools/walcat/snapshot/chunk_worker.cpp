#include "tools/walcat/snapshot/chunk_worker.hpp"

#include <chrono>
#include <utility>

namespace cdckit::walcat {

ChunkWorker::ChunkWorker(std::unique_ptr<ChunkSource> source)
    : source_(std::move(source)), thread_([this] { run(); }) {}

// A request to cancel may come between two statements: it is repeated.
ChunkWorker::~ChunkWorker() {
  {
    std::unique_lock lock(mutex_);
    ending_ = true;
    changed_.notify_all();
    while (!ended_) {
      lock.unlock();
      source_->interrupt();
      lock.lock();
      changed_.wait_for(lock, std::chrono::milliseconds(100), [this] { return ended_; });
    }
  }
  thread_.join();
}

void ChunkWorker::give(Step step, IncrementalState state) {
  const std::lock_guard lock(mutex_);
  step_ = step;
  state_ = std::move(state);
  outcome_ = {};
  changed_.notify_all();
}

void ChunkWorker::read(IncrementalState state) {
  give(Step::read, std::move(state));
}

void ChunkWorker::signal(IncrementalState state) {
  give(Step::signal, std::move(state));
}

bool ChunkWorker::busy() const {
  const std::lock_guard lock(mutex_);
  return step_ != Step::idle && step_ != Step::over;
}

bool ChunkWorker::idle() const {
  const std::lock_guard lock(mutex_);
  return step_ == Step::idle;
}

bool ChunkWorker::holds() const {
  const std::lock_guard lock(mutex_);
  return step_ == Step::held;
}

void ChunkWorker::look() {
  const std::lock_guard lock(mutex_);
  if (step_ == Step::held) step_ = Step::look;
  changed_.notify_all();
}

std::optional<ChunkWorker::Outcome> ChunkWorker::take() {
  const std::lock_guard lock(mutex_);
  if (step_ != Step::over) return std::nullopt;
  step_ = Step::idle;
  return std::exchange(outcome_, {});
}

void ChunkWorker::run() {
  std::unique_lock lock(mutex_);
  const auto has_work = [this] {
    return ending_ || step_ == Step::read || step_ == Step::look || step_ == Step::signal;
  };
  for (;;) {
    changed_.wait(lock, has_work);
    if (ending_) break;
    const Step step = step_;
    const IncrementalState state = state_;
    Outcome outcome;
    lock.unlock();
    work(step, state, outcome);
    lock.lock();
    const bool held = step == Step::read && !outcome.failure;
    step_ = held ? Step::held : Step::over;
    if (!held) outcome_ = std::move(outcome);
  }
  ended_ = true;
  changed_.notify_all();
}

void ChunkWorker::work(Step step, const IncrementalState& state, Outcome& outcome) {
  try {
    if (step == Step::read) source_->hold(state);
    if (step == Step::look) outcome.chunk = source_->read(state);
    if (step == Step::signal) source_->signal(state);
  } catch (...) {
    outcome.failure = std::current_exception();
  }
}

}  // namespace cdckit::walcat
