// Which position a source may tell: the newest one whose lines are all printed, but none behind one
// that is held (a chunk of a running snapshot must be printed before the slot may pass it). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace cdckit::pipe {

// `order` grows with the position and is what the tool understands (an LSN, a number of its own);
// 0: nothing can be let go for it. `text` is what checkpoints carry.
struct Position {
  std::uint64_t order = 0;
  std::string text;
};

class Positions {
 public:
  // Where the source begins.
  void begin(std::string text) { from_ = std::move(text); }
  // Data lines printed up to the newest position, in all; everything printed counts with inside().
  void set_rows(std::uint64_t rows) noexcept { rows_ = rows; }
  void set_printed(std::uint64_t rows) noexcept { printed_ = rows; }
  // Everything up to `position` is printed. Positions do not go back: after a lost connection the
  // server begins where it likes.
  void reached(Position position);
  // Nothing behind `position` is told until it is let go; what was told before stays told.
  void hold(std::optional<Position> position);
  // The newest position is told now; returns the data lines since the last one that was.
  std::uint64_t tell();

  [[nodiscard]] const Position& newest() const noexcept { return newest_; }
  [[nodiscard]] const Position& told() const noexcept { return told_; }
  [[nodiscard]] bool untold() const noexcept {
    return !newest_.text.empty() && (newest_.text != told_.text || rows_ != told_rows_);
  }
  // Data lines in all, as far as it was said.
  [[nodiscard]] std::uint64_t printed() const noexcept {
    return printed_ > rows_ ? printed_ : rows_;
  }
  [[nodiscard]] std::uint64_t untold_rows() const noexcept { return rows_ - told_rows_; }
  // How far it has come since the last one that was told.
  [[nodiscard]] std::uint64_t moved() const noexcept {
    return newest_.order > told_.order ? newest_.order - told_.order : 0;
  }
  // Data lines were printed behind the newest position: they are no part of anything whole.
  [[nodiscard]] bool inside() const noexcept { return printed_ > rows_; }
  // What the end of the stream may be told to be: the newest position, or, with lines behind it,
  // the one that the sink was told before all of them.
  [[nodiscard]] const Position& end() const noexcept { return inside() ? told_ : newest_; }
  [[nodiscard]] const std::string& end_text() const noexcept {
    const bool nothing_yet = inside() ? told_.text.empty() : !reached_;
    return nothing_yet ? from_ : end().text;
  }

 private:
  // What the hold allows to tell.
  [[nodiscard]] std::uint64_t limit() const noexcept;

  std::string from_;
  Position newest_;
  Position told_;
  std::optional<Position> hold_;
  std::optional<Position> held_back_;
  bool reached_ = false;
  std::uint64_t rows_ = 0;
  std::uint64_t printed_ = 0;
  std::uint64_t told_rows_ = 0;
};

}  // namespace cdckit::pipe
