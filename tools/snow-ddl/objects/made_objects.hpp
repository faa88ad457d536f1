// The objects that a script makes, changes or drops, by their whole names. Pure.
#pragma once

#include "tools/snow-ddl/scripts/script.hpp"

#include <string>
#include <vector>

namespace cdckit::snow_ddl {

// Where names that are not whole belong: the connection's, as they are stored.
struct Place {
  std::string database;
  std::string schema;
};

struct MadeObject {
  std::string kind;  // as GET_DDL takes it: TABLE, FILE_FORMAT
  std::string name;  // "D"."S"."T", of a procedure with its types
  bool dropped = false;
};

// Each once, in the state that the script leaves it in. What GET_DDL does not know, or what has no
// database or schema, is left out.
std::vector<MadeObject> made_objects(const Script& script, const Place& place);

}  // namespace cdckit::snow_ddl
