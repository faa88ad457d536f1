// What the server said against a statement, also where it was one of several in a request. Pure.
#pragma once

#include "common/snow/sql_api.hpp"
#include "tools/snow-ddl/run/units.hpp"

#include <string>

namespace cdckit::snow_ddl {

struct Failure {
  std::size_t statement = 0;  // of the script, from 0
  std::string message;
  bool ours = false;      // not the script's statement failed, but what we said beside it
  std::size_t group = 0;  // the first of the statements that are undone with it
};

// `start`: the statement that the request began with.
Failure failure_of(const RequestPlan& plan, std::size_t start, const base::Error& error);

// Whether the refusal of a statement that was asked for before says that it took effect then: the
// object or column that it makes is there, the one that it drops or renames is gone.
bool says_done_before(const StatementFacts& facts, const base::Error& error);

}  // namespace cdckit::snow_ddl
