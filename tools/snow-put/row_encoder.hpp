// Turns events into journal rows and plain rows into table rows: NDJSON with the target's column
// names, values as slices of the input line. No allocation per row once the columns are known.
// One encoder per target table, one thread.
#pragma once

#include "common/event/event.hpp"
#include "common/snow/table_description.hpp"
#include "tools/snow-put/offset_token.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::snow_put {

class RowEncoder {
 public:
  explicit RowEncoder(const snow::TableDescription& table);

  // Appends one row with its line break. Otherwise `out` is as it was and the reason is returned:
  // empty text means done.
  std::string encode_event(std::string& out, const event::Event& event, const RowPosition& row);
  std::string encode_row(std::string& out, std::string_view object);

 private:
  struct Column {
    std::string fragment;  // "NAME":
    snow::ColumnType type;
    std::string name;
  };
  // A member of the input and where it goes; members come in the same order row after row.
  struct Member {
    std::string name;  // raw, as in the line
    std::size_t column = 0;
  };

  std::string append_members(std::string& out, std::string_view object);
  // The column of the i-th member of an object; kUnknown when the table has none.
  std::size_t column_of(std::size_t place, std::string_view raw_name);
  std::size_t look_up(std::string_view raw_name);
  void append_position(std::string& out, const RowPosition& row) const;
  void append_commit_time(std::string& out, const ndjson::Object& source);
  std::string append_key(std::string& out, std::string_view name, std::string_view key);
  std::string append_unchanged(std::string& out, std::string_view names);

  std::vector<Column> columns_;
  std::vector<Member> members_;
  std::string last_ts_us_;
  std::string last_commit_time_;
  std::string scratch_;
};

}  // namespace cdckit::snow_put
