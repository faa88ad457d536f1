// What every sink does with its stdin: read lines, validate, tell events, rows and control lines
// apart, apply --on-error to bad ones, and know at the end whether the input was whole.
// One thread. Items are valid until the next call of next().
#pragma once

#include "common/base/exit_code.hpp"
#include "common/event/control.hpp"
#include "common/event/event.hpp"
#include "common/ndjson/reader.hpp"
#include "common/ndjson/reject_file.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace cdckit::event {

enum class OnError { stop, skip, reject };

struct InputSettings {
  int fd = 0;
  std::string source = "stdin";
  std::size_t max_line = 64U << 20U;
  OnError on_error = OnError::stop;
  std::string reject_path;  // with OnError::reject
  std::string tool;
};

enum class ItemKind { event, row, control, timeout, interrupted, end };

struct Item {
  ItemKind kind = ItemKind::end;
  std::uint64_t line_number = 0;
  std::string_view text;  // the whole line
  Event event;            // kind event
  Control control;        // kind control
};

// A line that a sink found bad later, e.g. when its batch reached the server.
struct BadLine {
  std::uint64_t line_number = 0;
  std::string_view pos;
  std::string_view reason;
  std::string_view code;
  std::string_view text;
  std::string_view hint = {};  // what helps, where that is known
  bool is_json = false;        // known to be: the text need not be looked at again
};

class Input {
 public:
  explicit Input(InputSettings settings, io::System& system = io::system());

  // Next good line, or why there is none. Bad lines are dealt with inside: stop throws data with
  // `source:line: could not read line: reason`, skip logs and counts, reject writes the line.
  // A broken control line always throws data. `hello` and `eof` are noted here and handed out too.
  // A cut last line of a tracked input (one that began with hello) is dropped: the source will send
  // it again.
  const Item& next(std::chrono::milliseconds wait, ndjson::Interrupts interrupts = {});

  // The next good line if one was read from the descriptor already, else null.
  const Item* next_buffered();

  // The same rule for a line that turned out bad later.
  void bad_line(const BadLine& bad);
  // Make reject writes durable: before any acknowledgement that counts them.
  void sync_rejects();

  [[nodiscard]] bool has_buffered_line() const { return reader_.has_buffered_line(); }
  [[nodiscard]] std::uint64_t rejected() const noexcept {
    return rejected_;
  }  // skipped or rejected
  [[nodiscard]] bool tracked() const noexcept { return saw_hello_; }
  [[nodiscard]] bool whole() const noexcept { return !saw_hello_ || saw_eof_; }
  // 75 when tracked input ended without eof, else 1 when lines were rejected, else 0.
  [[nodiscard]] base::ExitCode end_code() const noexcept;
  [[nodiscard]] std::string where(std::uint64_t line_number) const {
    return reader_.where(line_number);
  }

 private:
  bool read_line(std::chrono::milliseconds wait, ndjson::Interrupts interrupts);
  bool accept(const ndjson::Line& line);
  bool accept_long_line(const ndjson::Line& line);
  bool accept_cut_line(const ndjson::Line& line);
  [[noreturn]] void refuse_control(std::uint64_t line_number, const std::string& reason) const;
  void note_control();
  void note_end();

  InputSettings settings_;
  ndjson::Reader reader_;
  Decoder decoder_;
  std::unique_ptr<ndjson::RejectFile> rejects_;
  Item item_;
  std::uint64_t rejected_ = 0;
  bool saw_hello_ = false;
  bool said_cut_ = false;
  bool saw_eof_ = false;
};

}  // namespace cdckit::event
