// Lines of one table that wait until its rows can go on, with the schema lines between them, in the
// order they were read. Pure; the thread that reads stdin.
#pragma once

#include "common/event/schema.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cdckit::snow_put {

struct ParkedLine {
  std::uint64_t line = 0;
  std::uint64_t sequence = 0;  // its number among the data lines
  std::string text;
  std::optional<event::TableSchema> schema;  // set: not a row, the shape of those behind it
};

class ParkedLines {
 public:
  void add(std::uint64_t line, std::uint64_t sequence, std::string_view text) {
    bytes_ += text.size();
    lines_.push_back({line, sequence, std::string(text), std::nullopt});
  }
  void add(event::TableSchema schema) { lines_.push_back({0, 0, {}, std::move(schema)}); }
  [[nodiscard]] bool empty() const noexcept { return lines_.empty(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  ParkedLine take() {
    ParkedLine line = std::move(lines_.front());
    lines_.pop_front();
    bytes_ -= line.text.size();
    return line;
  }
  void put_back(ParkedLine line) {
    bytes_ += line.text.size();
    lines_.push_front(std::move(line));
  }
  // Number of the oldest row among them; max: none.
  [[nodiscard]] std::uint64_t oldest() const noexcept {
    for (const ParkedLine& line : lines_)
      if (!line.schema) return line.sequence;
    return std::numeric_limits<std::uint64_t>::max();
  }

 private:
  std::deque<ParkedLine> lines_;
  std::size_t bytes_ = 0;
};

}  // namespace cdckit::snow_put
