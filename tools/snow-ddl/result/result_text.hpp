// Results of the SQL API as JSON: numbers and booleans as such, semi-structured values nested,
// dates and times in ISO 8601, everything else as text.
#pragma once

#include "common/ndjson/validator.hpp"
#include "common/snow/sql_api.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cdckit::snow_ddl {

class ResultText {
 public:
  // Appends one row as a JSON object on one line.
  void append_row(std::string& out, const snow::StatementResult& result, std::size_t row);
  // Appends one value.
  void append_value(std::string& out, const snow::ResultColumn& column, const snow::Cell& cell);

 private:
  ndjson::Validator validator_;
};

// Rows that a statement touched, or gave back.
std::uint64_t row_count(const snow::StatementResult& result);
// "1760000000.123456000" -> 2025-10-09T08:53:20.123456; with a suffix such as Z. False when it is
// no such number.
bool append_timestamp(std::string& out, std::string_view seconds, std::string_view suffix);

}  // namespace cdckit::snow_ddl
