// tested by tests/integration/walcat/test_commands.py::test_slots_and_status
// tested by
// tests/integration/walcat/test_commands.py::test_watch_goes_on_until_interrupted_and_over_a_lost_connection
#include "tools/walcat/commands/slot_printer.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/cli/text_table.hpp"
#include "tools/walcat/server/server.hpp"

namespace cdckit::walcat {

SlotPrinter::SlotPrinter(const Options& options, cli::Context& context, bool detailed)
    : options_(options),
      context_(context),
      detailed_(detailed),
      table_(cli::wants_table(options.format.format)) {}

base::ExitCode SlotPrinter::run() {
  do {
    const SlotView view = read();
    if (view.lines.empty() && !options_.slot.empty()) refuse_missing_slot(options_.slot);
    print(view);
  } while (options_.slots.watch.count() > 0 && !context_.stop().sleep_for(options_.slots.watch));
  return base::ExitCode::done;
}

SlotView SlotPrinter::read() {
  const bool was_open = connection_ != nullptr;
  if (!was_open) connection_ = connect(options_, false, context_.stop());
  try {
    return read_slots(*connection_, options_.slot, detailed_);
  } catch (const base::Error& error) {
    if (!was_open || !error.retryable()) throw;
  }
  connection_ = connect(options_, false, context_.stop());
  return read_slots(*connection_, options_.slot, detailed_);
}

void SlotPrinter::print(const SlotView& view) {
  const bool again = options_.slots.watch.count() > 0;
  if (table_) {
    std::string text = again ? base::format_utc(base::unix_microseconds()) + "\n" : "";
    text += detailed_ ? detail_table(view) : slot_table(view);
    text.pop_back();  // the writer ends the line
    out_.write(text);
    return;
  }
  const std::string time = "{\"ts_ms\":" + std::to_string(base::unix_milliseconds()) + ",";
  for (const auto& line : view.lines) out_.write(again ? time + line.substr(1) : line);
}

void refuse_missing_slot(const std::string& slot) {
  throw base::Error(base::ErrorKind::unavailable,
                    "could not read slot \"" + slot + "\": it does not exist",
                    "walcat slots lists those that do.");
}

}  // namespace cdckit::walcat
