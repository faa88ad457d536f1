// The canonical text of values (cdc-event(5), "Digests", the portable form): as SQL where the
// database can make it, else made here of what it sends. Pure.
#pragma once

#include "common/event/schema.hpp"
#include "common/snow/table_description.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::snow_put {

enum class CellForm : std::uint8_t {
  done,      // the text as the database makes it
  real,      // a double
  document,  // JSON
  maybe,     // JSON of an object or array, else a text
};

struct DigestColumn {
  std::string source;  // name there
  std::string name;    // stored
  bool in_key = false;
  CellForm form = CellForm::done;
  std::string sql;  // the cell, of the column alone; NULL for NULL
};

// In the order of the names at the source. Throws unavailable when the mirror lacks one.
std::vector<DigestColumn> digest_columns(const event::TableSchema& source,
                                         const snow::TableDescription& mirror);
// Appends a cell as it stands in a row's text, without the comma.
void append_cell(std::string& out, CellForm form, const snow::Cell& cell);
// The same in SQL, for a form that is done.
std::string escaped_sql(const std::string& cell);
// Joined by commas; `keys_only`: those of the key, or all where there is none.
std::string row_text_sql(const std::vector<DigestColumn>& columns, bool keys_only);

}  // namespace cdckit::snow_put
