// The four names that generated scripts leave to whoever applies them. Pure.
//
// Statements are written with stand-ins that no name can hold; fill_holes() makes ${database} and
// so on of them, and of what looks like a variable inside of a source's own name a literal.
#pragma once

#include "common/snow/table_description.hpp"

#include <string>

namespace cdckit::snow_ddl {

// Of a table, stream or task with that stored name.
snow::TableAddress in_schema(const std::string& name);
std::string database_hole();
std::string schema_hole();  // with its database
std::string role_hole();
std::string warehouse_hole();

std::string fill_holes(std::string text);

}  // namespace cdckit::snow_ddl
