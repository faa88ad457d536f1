#include "common/event/input.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/validator.hpp"

namespace cdckit::event {

using base::ErrorKind;

namespace {

// Whether a line that was cut is the beginning of a hello. A shorter one than kLeast may begin a
// row as well (`_id`, `__typename`), and no pipe cuts a write there.
bool begins_hello(std::string_view text) {
  constexpr std::string_view kHello = "{\"__cdc\":\"hello\"";
  constexpr std::string_view kLeast = "{\"__c";
  return text.starts_with(kHello) || (text.starts_with(kLeast) && kHello.starts_with(text));
}

bool is_json_value(std::string_view text) {
  ndjson::Validator validator;
  return validator.check_value(text, false) == nullptr;
}

// What helps more than to go on without the line.
std::string hint_for(const BadLine& bad) {
  if (!bad.hint.empty()) return std::string(bad.hint);
  const std::string_view text = base::trim(bad.text);
  if (bad.code.empty() && text.starts_with('['))
    return "A line holds one object: jq -c '.[]' makes lines of an array.";
  if (bad.code.empty() && (text == "{" || (text.starts_with('{') && !text.ends_with('}'))))
    return "A line holds one whole object: jq -c . puts each on a line of its own.";
  const bool is_table = !text.starts_with('{') && text.find_first_of(",;\t") != text.npos;
  if (bad.code.empty() && bad.line_number == 1 && is_table)
    return "Lines are objects of JSON: mlr --icsv --ojsonl cat makes them of CSV.";
  return "Use --on-error skip or --reject FILE to go on after bad lines.";
}

}  // namespace

Input::Input(InputSettings settings, io::System& system)
    : settings_(std::move(settings)),
      reader_(settings_.fd, settings_.source, settings_.max_line, system) {
  if (settings_.on_error == OnError::reject) {
    rejects_ = std::make_unique<ndjson::RejectFile>(settings_.reject_path, settings_.tool);
  }
}

const Item& Input::next(std::chrono::milliseconds wait, ndjson::Interrupts interrupts) {
  while (!read_line(wait, interrupts)) {
  }
  return item_;
}

const Item* Input::next_buffered() {
  for (;;) {
    ndjson::Line line;
    const ndjson::ReadStatus status = reader_.next_buffered(line);
    if (status == ndjson::ReadStatus::timeout) return nullptr;
    const bool good = status == ndjson::ReadStatus::line ? accept(line) : accept_long_line(line);
    if (good) return &item_;
  }
}

// True when item_ is something to hand out.
bool Input::read_line(std::chrono::milliseconds wait, ndjson::Interrupts interrupts) {
  ndjson::Line line;
  switch (reader_.next(line, wait, interrupts)) {
    case ndjson::ReadStatus::line:
      return accept(line);
    case ndjson::ReadStatus::too_long:
      return accept_long_line(line);
    case ndjson::ReadStatus::timeout:
      item_.kind = ItemKind::timeout;
      return true;
    case ndjson::ReadStatus::interrupted:
      item_.kind = ItemKind::interrupted;
      return true;
    case ndjson::ReadStatus::end:
      note_end();
      return true;
  }
  return true;
}

// A source that finished says so with eof: without it the run ends with 75, and this says why.
void Input::note_end() {
  item_.kind = ItemKind::end;
  if (whole() || said_cut_) return;
  said_cut_ = true;
  log::warning("input ended before its source finished: run both again to go on");
}

bool Input::accept(const ndjson::Line& line) {
  item_.line_number = line.number;
  item_.text = line.text;
  const bool is_control = line.text.starts_with(kControlPrefix);
  LineKind kind{};
  if (const char* reason = decoder_.decode(line.text, true, kind, item_.event)) {
    if (!line.terminated) return accept_cut_line(line);
    if (is_control) refuse_control(line.number, reason);
    bad_line({line.number, {}, reason, {}, line.text});
    return false;
  }
  if (kind == LineKind::event) item_.kind = ItemKind::event;
  if (kind == LineKind::row) item_.kind = ItemKind::row;
  if (kind == LineKind::control) {
    item_.kind = ItemKind::control;
    note_control();
  }
  return true;
}

// Only its beginning is known, which a reject file gets as base64.
bool Input::accept_long_line(const ndjson::Line& line) {
  if (line.text.starts_with(kControlPrefix)) refuse_control(line.number, "longer than --max-line");
  const std::string reason =
      "longer than " + base::format_size(settings_.max_line) + " (--max-line)";
  bad_line({line.number, {}, reason, {}, line.text});
  return false;
}

// The input ended inside a line. A tracked source sends it again; otherwise the input is bad, and
// --on-error must not hide that something was cut off.
bool Input::accept_cut_line(const ndjson::Line& line) {
  // even a hello may be cut, the first one or that of the next source: its source sends it again
  if (begins_hello(line.text)) {
    saw_hello_ = true;
    saw_eof_ = false;
  }
  if (whole()) {
    throw base::Error(
        ErrorKind::data,
        reader_.where(line.number) + ": could not read line: the input ends inside it");
  }
  log::info("input ends inside line " + std::to_string(line.number) +
            "; its source will send it again");
  note_end();
  return true;
}

// Positions hang on control lines: a broken one is never skipped.
void Input::refuse_control(std::uint64_t line_number, const std::string& reason) const {
  throw base::Error(ErrorKind::data,
                    reader_.where(line_number) + ": could not read control line: " + reason);
}

void Input::note_control() {
  try {
    item_.control = parse_control(item_.text);
  } catch (const base::Error& error) {
    throw base::Error(ErrorKind::data, reader_.where(item_.line_number) + ": " + error.what());
  }
  if (item_.control.kind == ControlKind::hello) {
    saw_hello_ = true;
    saw_eof_ = false;
  }
  if (item_.control.kind == ControlKind::eof) saw_eof_ = true;
}

void Input::bad_line(const BadLine& bad) {
  const std::string where = reader_.where(bad.line_number);
  if (settings_.on_error == OnError::stop) {
    throw base::Error(ErrorKind::data,
                      where + ": could not read line: " + std::string(bad.reason),
                      hint_for(bad));
  }
  ++rejected_;
  log::info(where + ": " + std::string(bad.reason));
  if (rejects_ == nullptr) return;
  const bool is_json = bad.is_json || is_json_value(bad.text);
  rejects_->add(
      {settings_.source, bad.line_number, bad.pos, bad.reason, bad.code, bad.text, is_json});
}

void Input::sync_rejects() {
  if (rejects_ != nullptr) rejects_->sync();
}

base::ExitCode Input::end_code() const noexcept {
  if (!whole()) return base::ExitCode::retry_later;
  return rejected_ > 0 ? base::ExitCode::differences : base::ExitCode::done;
}

}  // namespace cdckit::event
