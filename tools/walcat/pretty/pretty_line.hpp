// One change as one line for eyes: time, position, operation, table, key, then what changed. Pure;
// appends to the caller's buffer. Values are cut when long, and nothing in them can steer the
// terminal. With the old row at hand an update shows only the columns that differ.
#pragma once

#include "tools/walcat/encode/row.hpp"

#include <string>
#include <string_view>

namespace cdckit::walcat {

class PrettyLine {
 public:
  explicit PrettyLine(bool color) : color_(color) {}
  void set_context(const LineContext& context);
  void append(std::string& out, const Row& row) const;
  void append_message(std::string& out,
                      std::uint64_t lsn,
                      std::string_view prefix,
                      std::string_view content) const;
  // Begin or end of a transaction.
  void append_border(std::string& out, std::string_view word, const std::string& detail) const;

 private:
  void append_head(std::string& out, std::uint64_t lsn, std::string_view word) const;
  void append_key(std::string& out, const Table& table, std::span<const Value> values) const;
  void append_change(std::string& out, const Row& row, std::size_t index) const;
  void append_rest(std::string& out, const Row& row) const;
  void append_other_key(std::string& out, const Row& row) const;
  void append_value(std::string& out, const Column& column, const Value& value) const;
  void paint(std::string& out, std::string_view text, std::string_view color) const;
  bool color_;
  std::string time_;
  std::uint64_t commit_ = 0;
};

}  // namespace cdckit::walcat
