// Objects of JSON, one a line, for programs; the same as a table for people: a column for each
// member, headings in capitals. Owns nothing but the rows of the table.
#pragma once

#include "common/cli/text_table.hpp"
#include "common/ndjson/writer.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cdckit::cli {

class LineTable {
 public:
  // `format`: of add_table_format().
  LineTable(ndjson::Writer& out, std::string_view format)
      : out_(out), table_(wants_table(format)) {}

  // One object. Lines of JSON are written at once.
  void add(const std::string& line);
  // The table, if that is what is wanted and there are rows.
  void finish();

 private:
  std::size_t column(std::string_view name, bool number);

  ndjson::Writer& out_;
  bool table_;
  std::vector<TextTable::Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace cdckit::cli
