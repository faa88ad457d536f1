// Between the jobs that read and the one writer: a bounded queue for each job, in which its parts
// follow each other in the order of the tables, so that the writer can finish one table while jobs
// that are ahead wait with the next. Batches go back to be filled again. Thread-safe; what a job
// threw reaches the writer.
#pragma once

#include "common/io/file_descriptor.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <string>
#include <vector>

namespace cdckit::walcat {

// Rows of one table as whole lines; their ordinals and the snapshot word are the writer's to set.
struct Batch {
  std::size_t table = 0;
  std::string lines;
  std::vector<std::uint32_t> starts;  // of each line
  bool part_ends = false;             // behind these rows a part of the table is done
};

class BatchQueues {
 public:
  BatchQueues(std::size_t jobs, std::size_t capacity_bytes);

  // Waits for room; false when the writer has closed.
  bool push(std::size_t job, Batch batch);
  // A batch to fill, empty.
  Batch spare();
  void fail(std::exception_ptr failure);
  // For jobs that wait for their server.
  [[nodiscard]] int closed_fd() const noexcept { return closed_event_.get(); }

  // The next batch of this table from whichever job. False when none came in time; throws what a
  // job threw.
  bool next(std::size_t table, Batch& batch, std::chrono::milliseconds wait);
  void give_back(Batch batch);
  // Jobs stop at their next step.
  void close();

 private:
  struct Queue {
    std::deque<Batch> batches;
    std::size_t bytes = 0;
  };
  bool take(std::size_t table, Batch& batch);

  std::mutex mutex_;
  std::condition_variable room_;
  std::condition_variable news_;
  std::vector<Queue> queues_;
  std::vector<Batch> spares_;
  std::size_t capacity_;
  std::exception_ptr failure_;
  bool closed_ = false;
  io::FileDescriptor closed_event_;
};

}  // namespace cdckit::walcat
