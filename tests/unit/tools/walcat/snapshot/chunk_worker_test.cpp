#include "tools/walcat/snapshot/chunk_worker.hpp"

#include "common/base/error.hpp"

#include <atomic>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

namespace {

struct Calls {
  std::atomic<int> held = 0;
  std::atomic<int> read = 0;
  std::atomic<int> signals = 0;
  std::atomic<bool> interrupted = false;
  std::atomic<bool> stuck = false;  // read() waits until it is interrupted
  std::atomic<bool> broken = false;
};

class Source final : public ChunkSource {
 public:
  explicit Source(Calls& calls) : calls_(calls) {}
  void hold(const IncrementalState& /*state*/) override {
    ++calls_.held;
    if (calls_.broken) throw base::Error(base::ErrorKind::temporary, "locked");
  }
  Chunk read(const IncrementalState& state) override {
    ++calls_.read;
    while (calls_.stuck && !calls_.interrupted) std::this_thread::yield();
    if (calls_.interrupted) throw base::Error(base::ErrorKind::temporary, "cancelled");
    Chunk chunk;
    chunk.next = state;
    return chunk;
  }
  void signal(const IncrementalState& /*state*/) override { ++calls_.signals; }
  void interrupt() override { calls_.interrupted = true; }

 private:
  Calls& calls_;
};

ChunkWorker::Outcome wait_for(ChunkWorker& worker) {
  for (;;) {
    if (worker.holds()) worker.look();
    if (auto outcome = worker.take()) return std::move(*outcome);
    std::this_thread::yield();
  }
}

}  // namespace

TEST_CASE("a table is held first, and looked at only when that is asked for") {
  Calls calls;
  ChunkWorker worker(std::make_unique<Source>(calls));
  CHECK(worker.idle());
  IncrementalState state;
  state.slot = "s";
  worker.read(state);
  while (!worker.holds()) std::this_thread::yield();
  CHECK(worker.busy());
  CHECK(calls.read == 0);
  CHECK_FALSE(worker.take());
  worker.look();
  const auto outcome = wait_for(worker);
  REQUIRE(outcome.chunk);
  CHECK(outcome.chunk->next.slot == "s");
  CHECK(worker.idle());
  CHECK_FALSE(worker.take());
}

TEST_CASE("a signal has no chunk, a failure is handed over") {
  Calls calls;
  ChunkWorker worker(std::make_unique<Source>(calls));
  worker.signal({});
  CHECK_FALSE(wait_for(worker).chunk);
  CHECK(calls.signals == 1);
  calls.broken = true;
  worker.read({});
  const auto outcome = wait_for(worker);
  CHECK(outcome.failure);
  CHECK(calls.read == 0);
}

TEST_CASE("an end does not wait for a read") {
  Calls calls;
  calls.stuck = true;
  {
    ChunkWorker worker(std::make_unique<Source>(calls));
    worker.read({});
    while (!worker.holds()) std::this_thread::yield();
    worker.look();
    while (calls.read == 0) std::this_thread::yield();
  }
  CHECK(calls.interrupted);
}
