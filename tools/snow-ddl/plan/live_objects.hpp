// What of the objects that a plan replaces is there, and with which columns.
#pragma once

#include "tools/snow-ddl/history/execute.hpp"
#include "tools/snow-ddl/plan/plan_text.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cdckit::snow_ddl {

class LiveObjects {
 public:
  explicit LiveObjects(Execute execute) : execute_(std::move(execute)) {}
  // Nothing when there is no such object, no columns when it is no table or cannot be described.
  // `context` is what USE said before.
  [[nodiscard]] std::optional<std::vector<TypedColumn>> columns(
      const std::string& kind,
      const std::vector<std::string>& name,
      const snow::Statement& context) const;

 private:
  Execute execute_;
};

// Of the scripts that are to run. A table that is not there yet, or that an earlier statement of
// the plan makes, loses nothing when it is replaced; a column that gets a wider type loses nothing.
Losses losses_of(const std::vector<PlannedScript>& plan, const LiveObjects& live);

// The columns of a table that CREATE TABLE .. (a NUMBER, ..) or .. AS SELECT a, b FROM .. leaves
// out; nothing where that cannot be seen. Stored names.
std::vector<std::string> columns_left_out(const std::string& statement,
                                          const std::vector<std::string>& columns);

}  // namespace cdckit::snow_ddl
