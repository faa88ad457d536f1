// The owner of the SQL API beside a running put: a few threads with a SqlApi each, so that one slow
// statement holds up neither rows nor the other tables' statements. Work goes in and its result
// comes out as values: what the thread that takes them is to do with them.
//
// The queues are bounded by who asks: a table has one piece of work under way, a channel two.
// When the owner goes, statements that are under way are not waited for long.
// Work that throws ends the run: what it threw comes out of the next take(). A statement's refusal
// must not; who made the work catches it.
#pragma once

#include "common/snow/sql_api.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace cdckit::snow_put {

class SqlOwner {
 public:
  using Done = std::function<void()>;
  using Work = std::function<Done(snow::SqlApi& api)>;

  // `wake_fd` gets eight bytes when there is something to take; -1: nobody waits.
  SqlOwner(snow::ConnectionSettings connection, snow::SqlApiOptions options, int wake_fd);
  SqlOwner(const SqlOwner&) = delete;
  SqlOwner& operator=(const SqlOwner&) = delete;
  ~SqlOwner();

  void submit(Work work);
  // What finished since the last call, to be called by the caller's thread.
  std::vector<Done> take();
  // Cheap enough to ask for every line.
  [[nodiscard]] bool has_news() const noexcept { return news_.load(std::memory_order_acquire); }

 private:
  class Stop;
  void run();
  void finish(Done done, std::exception_ptr failure);

  snow::ConnectionSettings connection_;
  snow::SqlApiOptions options_;
  std::unique_ptr<Stop> stop_;
  int wake_fd_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> waiting_;
  std::vector<Done> done_;
  std::exception_ptr failure_;
  bool closing_ = false;
  std::atomic<bool> news_{false};
  std::vector<std::thread> threads_;
};

}  // namespace cdckit::snow_put
