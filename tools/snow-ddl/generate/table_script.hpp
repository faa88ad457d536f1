// The statements of generated scripts: all of a table that is new, only what changes of one that is
// there. Pure text, with holes (places.hpp).
#pragma once

#include "tools/snow-ddl/generate/layout.hpp"

#include <string>
#include <vector>

namespace cdckit::snow_ddl {

// What all tables need: the loader's role with what it may, and _CDC_STATE.
std::vector<std::string> setup_statements();
// Empty: nothing is to be done. `before` null: there is nothing of it yet.
std::vector<std::string> table_statements(const TableLayout* before, const TableLayout& now);

// A script as it is written to a file: what it is, the comment that the next run reads, and the
// statements with the names that are left open.
std::string script_text(const std::string& heading,
                        const std::string& comment,
                        const std::vector<std::string>& statements);

}  // namespace cdckit::snow_ddl
