// What updates and deletes of a published table need: a replica identity. Without one the server
// refuses both, so that publishing a table can break the application that writes to it.
#pragma once

#include <string>
#include <vector>

namespace cdckit::walcat {

// A table whose rows carry an identity: a published one, or a partition of a published root.
struct IdentityFacts {
  std::string name = {};
  char identity = 'd';
  bool primary_key = false;    // one that can serve: valid, not deferrable
  bool index = false;          // the one of USING INDEX is still there
  bool publishes_keys = true;  // updates or deletes
  bool planned = false;        // of a publication that --create would make
};

[[nodiscard]] bool has_identity(const IdentityFacts& table) noexcept;
// Those that the server would refuse to update; by name.
[[nodiscard]] std::vector<std::string> without_identity(const std::vector<IdentityFacts>& tables);
// `a, b and 3 more`
[[nodiscard]] std::string name_some(const std::vector<std::string>& names);

}  // namespace cdckit::walcat
