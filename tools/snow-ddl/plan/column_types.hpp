// Types that statements give to columns, and whether a column of a type that is there loses values
// by that. Pure.
#pragma once

#include <string>
#include <vector>

namespace cdckit::snow_ddl {

struct TypedColumn {
  std::string name;  // stored
  std::string type;  // as it is written, or as DESCRIBE shows it
  bool operator==(const TypedColumn&) const = default;
};

// ALTER TABLE .. ALTER COLUMN c SET DATA TYPE x, COLUMN d TYPE y; .. MODIFY c x; empty: none.
std::vector<TypedColumn> retyped_columns(const std::string& statement);
// CREATE TABLE t (a x, b y): constraints are left out; empty where there is no list.
std::vector<TypedColumn> defined_columns(const std::string& statement);
// Some value of `before` may not fit `after`.
bool is_narrower(const std::string& after, const std::string& before);

}  // namespace cdckit::snow_ddl
