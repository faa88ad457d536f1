#include "common/cli/text_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <unistd.h>

#include <fmt/format.h>

namespace cdckit::cli {

namespace {

// Characters, not bytes: what is no first byte of one takes no place.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](unsigned char c) { return (c & 0xC0U) != 0x80U; }));
}

void append_cell(std::string& line, const std::string& cell, std::size_t place, bool right) {
  const std::string space(place - width(cell), ' ');
  line += right ? space + cell : cell + space;
}

}  // namespace

void add_table_format(FlagTable& table, std::string& format) {
  table
      .choice("format",
              std::vector<std::string>{"ndjson", "pretty"},
              format,
              "Lines of JSON, or a table. Default: a table on a terminal, else JSON.")
      .fallback = "";
}

bool wants_table(std::string_view format) {
  return format.empty() ? ::isatty(STDOUT_FILENO) == 1 : format == "pretty";
}

void TextTable::add(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (std::string& cell : cells) cell = cell.empty() ? "-" : printable(cell);
  rows_.push_back(std::move(cells));
}

std::string TextTable::text() const {
  std::vector<std::vector<std::string>> lines(1);
  for (const Column& column : columns_) lines[0].push_back(column.heading);
  lines.insert(lines.end(), rows_.begin(), rows_.end());
  std::vector<std::size_t> places(columns_.size());
  for (const auto& cells : lines) {
    for (std::size_t i = 0; i < cells.size(); ++i) places[i] = std::max(places[i], width(cells[i]));
  }
  std::string out;
  for (const auto& cells : lines) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) line += "  ";
      append_cell(line, cells[i], places[i], columns_[i].align == Align::right);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

std::string human_bytes(std::int64_t bytes) {
  constexpr std::array kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  constexpr double kStep = 1024;
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  // what would round to 1024.0 belongs to the next unit
  for (; std::abs(value) >= kStep - (unit == 0 ? 0 : 0.05) && unit + 1 < kUnits.size(); ++unit)
    value /= kStep;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits.at(unit));
}

std::string human_count(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t first = digits.front() == '-' ? 1 : 0;
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3;
       at > static_cast<std::ptrdiff_t>(first);
       at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string human_time(std::chrono::milliseconds time) {
  const std::int64_t whole = time.count() / 1000;
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  constexpr std::int64_t kDay = 24 * kHour;
  if (whole < kMinute) return fmt::format("{:.1f} s", static_cast<double>(time.count()) / 1000);
  if (whole < kHour) return fmt::format("{} min {} s", whole / kMinute, whole % kMinute);
  if (whole < kDay) return fmt::format("{} h {} min", whole / kHour, whole % kHour / kMinute);
  return fmt::format("{} d {} h", whole / kDay, whole % kDay / kHour);
}

std::string printable(std::string_view text) {
  std::string out(text);
  while (!out.empty() && (out.back() == '\n' || out.back() == '\r')) out.pop_back();
  for (char& c : out) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
    if (byte < 0x20 && c != ' ') c = '?';
    if (byte == 0x7F) c = '?';
  }
  return out;
}

}  // namespace cdckit::cli
