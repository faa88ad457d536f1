// Questions about published tables lock them on newer servers, and every read does: while a
// LockWatch lives, the queries of its connection wait where a stop is heard (temporary), and who
// holds the table is said after three seconds, then whenever that has changed. One thread. What it
// says is an extra: only a stop and the query's own failure throw.
#pragma once

#include "common/pg/connection.hpp"
#include "common/signals/stop.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace cdckit::walcat {

class LockWatch {
 public:
  // `tick`, if any, is called once a second too.
  LockWatch(pg::Connection& connection,
            signals::StopToken stop,
            std::function<void()> tick = nullptr);
  LockWatch(const LockWatch&) = delete;
  LockWatch& operator=(const LockWatch&) = delete;
  ~LockWatch() { connection_.unwatch(); }

  // `table "s.t", which is locked by process 12 (app, psql)`: what a query was last seen to wait
  // for; empty: nothing yet.
  [[nodiscard]] const std::string& seen() const noexcept { return seen_; }

 private:
  void second_passed();
  std::string ask();

  pg::Connection& connection_;
  signals::StopToken stop_;
  std::function<void()> tick_;
  std::unique_ptr<pg::Connection> other_;
  std::chrono::steady_clock::time_point last_tick_;
  std::chrono::steady_clock::time_point next_;
  std::string seen_;
};

}  // namespace cdckit::walcat
