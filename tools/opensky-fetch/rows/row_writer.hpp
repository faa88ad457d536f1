// The values of one element to one row, an object by name. This is the hot path.
#pragma once

#include "tools/opensky-fetch/rows/fields.hpp"
#include "tools/opensky-fetch/rows/time_text.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::opensky_fetch {

class RowWriter {
 public:
  RowWriter(const std::vector<Field>& fields, TimeFormat format);
  // The rows to come belong to this snapshot.
  void begin_snapshot(std::int64_t time);
  // About how many bytes the rows of these states will take, rather too many than too few.
  [[nodiscard]] std::size_t estimate(std::string_view states) const;
  // Appends one line with its line break. Throws Malformed for a value of a wrong type, leaving a
  // piece of a row behind.
  void append(std::string& out, const RowValues& values);

 private:
  struct Column {
    std::string prefix;  // `{"name":` or `,"name":`
    Field field;
  };
  void append_value(std::string& out, const Field& field, std::string_view value);

  std::vector<Column> columns_;
  std::size_t fixed_bytes_ = 0;  // of each row, whatever its values
  TimeText time_text_;
  std::string snapshot_time_;
  std::string scratch_;
};

}  // namespace cdckit::opensky_fetch
