// Who merges: one owner at a time for a channel prefix, written down in _CDC_STATE with the time at
// which it expires. Beside that the fold's transaction holds the row, so that a lock which expired
// meanwhile is waited for by whoever takes it over. One SqlApi, one thread.
#pragma once

#include "common/signals/stop.hpp"
#include "common/snow/sql_api.hpp"
#include "common/snow/table_description.hpp"

#include <chrono>
#include <string>

namespace cdckit::snow_put {

class MergeLock {
 public:
  MergeLock(snow::SqlApi& api, snow::TableAddress state, std::string prefix);
  MergeLock(const MergeLock&) = delete;
  MergeLock& operator=(const MergeLock&) = delete;
  // Lets go; what fails there expires by itself.
  ~MergeLock();

  // False when another one has had it for all of `patience`.
  bool acquire(std::chrono::milliseconds patience, const signals::StopToken& stop);
  // Who has it, and until when.
  [[nodiscard]] std::string holder() const { return holder_; }
  // First and last statement of a transaction of the owner's: fails unless it still has the lock;
  // gives it back.
  [[nodiscard]] std::string hold_sql() const;
  [[nodiscard]] std::string assert_sql() const;
  [[nodiscard]] std::string release_sql() const;
  void released() noexcept { held_ = false; }

 private:
  bool try_once();
  void ask_holder();
  [[nodiscard]] std::string row() const;

  snow::SqlApi& api_;
  snow::TableAddress state_;
  std::string prefix_;
  std::string owner_;
  std::string holder_;
  bool held_ = false;
};

}  // namespace cdckit::snow_put
