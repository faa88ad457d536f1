// One apply at a time: a row beside the history that says whose turn it is and until when. A dead
// owner's turn ends by itself. Not thread-safe: each thread has its own, over a connection of its
// own, with the same owner.
#pragma once

#include "tools/snow-ddl/history/execute.hpp"
#include "tools/snow-ddl/history/history_table.hpp"

#include <string>

namespace cdckit::snow_ddl {

struct LockOwner {
  std::string host;
  std::string pid;
  std::string run;  // no two are the same

  static LockOwner here();
};

class Lock {
 public:
  Lock(const HistoryTable& history, LockOwner owner, Execute execute);

  // Throws temporary with owner, host, pid and expiry when somebody else has it.
  void take();
  // False when it is no longer ours.
  bool renew();
  void release();
  // SQL that is true while no other run has taken it over.
  [[nodiscard]] std::string held() const;

 private:
  [[nodiscard]] snow::StatementResult look() const;
  [[nodiscard]] bool is_ours() const;

  HistoryTable table_;
  LockOwner owner_;
  Execute execute_;
};

}  // namespace cdckit::snow_ddl
