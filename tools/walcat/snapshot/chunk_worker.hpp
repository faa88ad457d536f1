// Reads the chunks of an incremental snapshot in a thread of its own: neither a connection that
// does not come about, nor a lock, nor a slow read keeps the stream's loop from answering the
// server. One task at a time; the loop asks how it stands. The stream must stand still from the
// moment at which the rows are looked at until they are here: what it showed meanwhile, they would
// not know.
#pragma once

#include "tools/walcat/snapshot/chunk_reader.hpp"

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace cdckit::walcat {

class ChunkWorker {
 public:
  // Of one task.
  struct Outcome {
    std::optional<Chunk> chunk;  // none: a signal was sent
    std::exception_ptr failure;
  };

  explicit ChunkWorker(std::unique_ptr<ChunkSource> source);
  ChunkWorker(const ChunkWorker&) = delete;
  ChunkWorker& operator=(const ChunkWorker&) = delete;
  ~ChunkWorker();  // what is under way is cancelled

  void read(IncrementalState state);
  void signal(IncrementalState state);
  [[nodiscard]] bool busy() const;
  // Neither busy nor with an outcome to take.
  [[nodiscard]] bool idle() const;
  // The table is held and nothing was looked at yet: when the stream stands still, look().
  [[nodiscard]] bool holds() const;
  void look();
  // Of the task that is over, once.
  std::optional<Outcome> take();

 private:
  enum class Step { idle, read, held, look, signal, over };
  void run();
  void work(Step step, const IncrementalState& state, Outcome& outcome);
  void give(Step step, IncrementalState state);

  std::unique_ptr<ChunkSource> source_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Step step_ = Step::idle;
  IncrementalState state_;
  Outcome outcome_;
  bool ending_ = false;
  bool ended_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace cdckit::walcat
