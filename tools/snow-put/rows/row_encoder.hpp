// Turns events and plain rows into rows of a target table: NDJSON with the table's column names,
// values as slices of the input line. No allocation per row once the columns are known. One encoder
// per source table, one thread.
#pragma once

#include "common/event/event.hpp"
#include "common/event/marks.hpp"
#include "common/event/unavailable.hpp"
#include "common/snow/table_description.hpp"
#include "tools/snow-put/rows/value_encoder.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cdckit::snow_put {

enum class Layout {
  journal,  // typed columns and those of journal_columns.hpp
  columns,  // typed columns, and RECORD_METADATA where the table has it
  variant,  // RECORD_METADATA and RECORD_CONTENT, as Snowflake's own Kafka sink writes them
};

struct RowSettings {
  Layout layout = Layout::journal;
  Oversize oversize = Oversize::reject;
  bool skip_unmapped = false;  // leave members out that have no column
  bool nulls_need_no_column = false;
  // nothing would tell which row the service refused: what it would refuse is found beforehand
  bool has_no_position = false;
  std::string constants = {};                     // members of every row: "TENANT":"a",
  std::string unavailable = event::kUnavailable;  // in plain rows: a value that did not come along
};

// The same with members that all rows get.
RowSettings with_constants(RowSettings settings,
                           const std::vector<std::pair<std::string, std::string>>& constants);

class RowEncoder {
 public:
  explicit RowEncoder(const snow::TableDescription& table, RowSettings settings = {});

  // Appends one row with its line break. Otherwise `out` is as it was and the reason is returned:
  // empty text means done.
  std::string encode_event(std::string& out,
                           const event::Event& event,
                           const event::RowPosition& row,
                           std::string_view channel = {});
  std::string encode_row(std::string& out, const event::Event& row);

 private:
  struct Column {
    std::string fragment;  // "NAME":
    snow::ColumnType type;
    std::string name;
    bool nullable = true;
    std::uint64_t row = 0;  // the last that gave it a value
  };
  // A member of the input and where it goes; members come in the same order row after row.
  struct Member {
    std::string name;  // raw, as in the line
    std::size_t column = 0;
  };

  std::string append_members(std::string& out, const ndjson::Object& object);
  std::string append_plain_members(std::string& out, const event::Event& row);
  std::string append_plain_member(std::string& out,
                                  std::size_t place,
                                  const ndjson::Member& member);
  [[nodiscard]] std::string lacking_value() const;
  std::string append_member(std::string& out, std::size_t place, const ndjson::Member& member);
  std::string append_image(std::string& out, const event::Event& event);
  std::string append_changes(std::string& out, const event::Event& event);
  void append_content(std::string& out, const event::Event& event, bool is_event);
  void append_metadata(std::string& out, const event::Event& event, std::string_view kafka);
  void append_fate(std::string& out, std::string_view operation, std::string_view unchanged) const;
  // The column of the i-th member of an object; kUnknown when the table has none.
  std::size_t column_of(std::size_t place, std::string_view raw_name);
  std::size_t look_up(std::string_view raw_name);
  void append_commit_time(std::string& out, const event::Event& event);
  std::string append_key(std::string& out, std::string_view name, const ndjson::Object& key);
  std::string append_unchanged(std::string& out, std::string_view names);
  [[nodiscard]] bool has(std::string_view name) const noexcept;

  RowSettings settings_;
  std::vector<Column> columns_;
  std::vector<Member> members_;
  std::vector<std::size_t> required_;  // columns that every row must bring
  std::uint64_t row_ = 0;              // counts objects: of an event its keys too
  bool has_channel_ = false;
  bool has_metadata_ = false;  // RECORD_METADATA
  bool marks_deletes_ = false;
  event::Unavailable unavailable_;
  // What a flat row says of itself (ExtractNewRecordState), and what did not come along in it.
  struct Flat {
    std::string operation;
    std::string unchanged;
  } flat_;
  struct CommitTime {
    std::string ts_us;
    std::string text;
  } last_;
  std::string scratch_;
};

}  // namespace cdckit::snow_put
