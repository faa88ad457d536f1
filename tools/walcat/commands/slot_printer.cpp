// tested by tests/integration/walcat/test_commands.py::test_slots_and_status
// tested by
// tests/integration/walcat/test_commands.py::test_watch_goes_on_until_interrupted_and_over_a_lost_connection
#include "tools/walcat/commands/slot_printer.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/cli/nearest.hpp"
#include "common/cli/text_table.hpp"
#include "tools/walcat/server/server.hpp"

namespace cdckit::walcat {

SlotPrinter::SlotPrinter(const SlotTask& task, cli::Context& context, bool detailed)
    : task_(task), context_(context), detailed_(detailed), table_(cli::wants_table(task.format)) {}

base::ExitCode SlotPrinter::run() {
  do {
    const SlotView view = read();
    if (view.lines.empty() && !task_.slot.empty()) refuse_missing_slot(*connection_, task_.slot);
    print(view);
  } while (task_.flags.watch.count() > 0 && !context_.stop().sleep_for(task_.flags.watch));
  return base::ExitCode::done;
}

SlotView SlotPrinter::read() {
  const bool was_open = connection_ != nullptr;
  if (!was_open) connection_ = connect(task_.server, false, context_.stop());
  try {
    return read_slots(*connection_, task_.slot, detailed_);
  } catch (const base::Error& error) {
    if (!was_open || !error.retryable()) throw;
  }
  connection_ = connect(task_.server, false, context_.stop());
  return read_slots(*connection_, task_.slot, detailed_);
}

void SlotPrinter::print(const SlotView& view) {
  const bool again = task_.flags.watch.count() > 0;
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

void refuse_missing_slot(pg::Connection& connection, const std::string& slot) {
  const auto result = connection.query("SELECT slot_name FROM pg_replication_slots");
  std::vector<std::string> names;
  for (int row = 0; row < result.rows(); ++row) names.push_back(result.text(row, 0));
  throw base::Error(base::ErrorKind::unavailable,
                    "could not read slot \"" + slot + "\": it does not exist",
                    cli::near_miss_first(slot, names, "walcat slots lists those that do."));
}

}  // namespace cdckit::walcat
