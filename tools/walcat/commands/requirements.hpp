// What walcat needs, judged from facts: facts in, one line for each requirement out, those that
// are met as well. Pure.
#pragma once

#include "common/base/error.hpp"
#include "tools/walcat/server/facts.hpp"

#include <string>
#include <vector>

namespace cdckit::walcat {

struct Requirement {
  std::string check = {};
  bool ok = true;
  std::string detail = {};
  std::string hint = {};                                // of a requirement that is met: a warning
  base::ErrorKind kind = base::ErrorKind::unavailable;  // when not ok
};

struct Wanted {
  std::string slot = {};                       // empty: a temporary one
  std::vector<std::string> publications = {};  // empty: all
  bool create = false;                         // missing slot and publication will be made
  bool all_tables = true;                      // no --table: what a new publication is for
  bool snapshot = true;                        // tables will be read
  bool failover = false;
};

std::vector<Requirement> judge(const Facts& facts, const Wanted& wanted);

}  // namespace cdckit::walcat
