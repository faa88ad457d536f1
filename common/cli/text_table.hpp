// Tables for people: aligned columns with units, and the flag that asks for them. A program at the
// other end of a pipe gets JSON unless told otherwise. Pure but for the look at what stdout is.
#pragma once

#include "common/cli/flag_table.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::cli {

// --format ndjson|pretty into `format`; empty: by what stdout is.
void add_table_format(FlagTable& table, std::string& format);
// Whether `format` is pretty, or is not given and stdout is a terminal.
bool wants_table(std::string_view format);

class TextTable {
 public:
  enum class Align { left, right };
  struct Column {
    std::string heading;
    Align align = Align::left;
  };
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // As many cells as there are columns; one that is empty shows as -.
  void add(std::vector<std::string> cells);
  // Headings and rows, each line with its end; nothing but the headings without rows.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// 47.7 MiB; below 1024 as bytes: 512 B. Negative ones (a position ahead) keep their sign.
std::string human_bytes(std::int64_t bytes);
// 1,234,567
std::string human_count(std::int64_t number);
// 3.2 s, 5 min 10 s, 2 h 5 min, 3 d 4 h
std::string human_time(std::chrono::milliseconds time);
// What comes from a server or a file, on one line and without what steers a terminal.
std::string printable(std::string_view text);

}  // namespace cdckit::cli
