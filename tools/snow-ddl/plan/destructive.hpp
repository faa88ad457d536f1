// What a statement takes away for good: DROP, TRUNCATE, replaced tables, columns that go or get
// narrower, rows without a condition; also inside of blocks and in the texts that EXECUTE IMMEDIATE
// is given. Pure.
#pragma once

#include "tools/snow-ddl/plan/column_types.hpp"

#include <string>
#include <vector>

namespace cdckit::snow_ddl {

struct Destruction {
  std::string why{};                    // "drops TABLE A.B"
  std::vector<std::string> replaced{};  // the object that goes only if it is there
  std::string replaced_kind{};
  std::string statement{};  // the CREATE that leaves columns of it out, as it stands in a block
  // Columns of `replaced` that get these types: something is lost only where they are narrower.
  std::vector<TypedColumn> retyped{};
  bool keeps_rows = false;  // of `replaced`: only columns that are left out go
};

// One for each loss; a block has several.
std::vector<Destruction> find_destructions(const std::string& statement);

}  // namespace cdckit::snow_ddl
