// Open transactions that the creation of a slot waits for: those that have written, anywhere on the
// server, and prepared ones.
#pragma once

#include "common/pg/connection.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::walcat {

struct Blocker {
  std::string pid = {};  // empty: a prepared transaction
  std::string gid = {};  // of a prepared one
  std::string xid = {};  // tells whether it is still the same
  std::string user = {};
  std::string application = {};
  std::string state = {};                        // empty when the role may not see it
  std::optional<std::chrono::seconds> age = {};  // nothing when the role may not see it
};

std::vector<Blocker> read_blockers(pg::Connection& connection);
// `process 12 (app, psql, idle in transaction for 35s), prepared transaction "x" (app)`; at most
// five are named.
std::string describe(const std::vector<Blocker>& blockers);

// Says while a slot is being made who keeps it waiting: after three seconds, then whenever that has
// changed. Never throws: what it says is an extra.
class BlockerWatch {
 public:
  BlockerWatch(pg::ConnectOptions options, std::string slot);
  void tick();

 private:
  std::string ask();
  pg::ConnectOptions options_;
  std::string slot_;
  std::unique_ptr<pg::Connection> connection_;
  std::chrono::steady_clock::time_point next_;
  std::string said_;
};

}  // namespace cdckit::walcat
