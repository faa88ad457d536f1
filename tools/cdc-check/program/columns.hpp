// Finds the columns that a table's rules look at among the members of a row: mostly the so-many-th
// that they were in the row before. Reuses its memory; one thread. Values are slices of the line,
// or, inside of JSON that is itself a string (Debezium's json columns), of buffers of its own until
// the next row.
#pragma once

#include "common/ndjson/text.hpp"
#include "tools/cdc-check/rules/rule.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::cdc_check {

class Columns {
 public:
  // The number of the column, the same for the same path.
  std::uint16_t add(const Path& path);
  void find(const ndjson::Object& row);
  // In place of what stands in the row, until the next one.
  void set(std::uint16_t number, std::string_view value) noexcept { values_[number] = value; }
  // Raw JSON; empty: not there.
  [[nodiscard]] std::span<const std::string_view> values() const noexcept { return values_; }
  [[nodiscard]] const Path& path(std::size_t number) const { return columns_[number].path; }
  [[nodiscard]] std::size_t size() const noexcept { return columns_.size(); }

 private:
  struct Column {
    Path path;
    std::vector<std::string> written;  // the names as JSON writes them
    std::string unescaped;
  };
  // What most rows need of a column: the first of its names, and that it was the so-many-th member
  // of the row before.
  struct Known {
    std::string_view name;
    std::size_t place = 0;
    bool deep = false;  // more names follow
  };
  void know_columns();
  std::size_t note_members(ndjson::FoundMembers found) noexcept;
  std::string_view search(std::size_t number, ndjson::FoundMembers members);
  static std::string_view inside(Column& column, ndjson::Object object, std::size_t part);

  std::vector<Column> columns_;
  std::vector<std::string_view> values_;
  std::vector<Known> known_;
  std::size_t farthest_ = 0;                         // place of them
  std::vector<const ndjson::FoundMember*> members_;  // of the row itself, not of what it holds
};

}  // namespace cdckit::cdc_check
