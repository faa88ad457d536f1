// Prints slots, once or again and again until a stop: lines of JSON, or a table with units.
// One thread; a connection that was lost is made anew. Throws like pg::Connection, and unavailable
// for a slot that does not exist.
#pragma once

#include "common/cli/run_tool.hpp"
#include "common/ndjson/writer.hpp"
#include "tools/walcat/commands/slot_flags.hpp"
#include "tools/walcat/commands/slot_lines.hpp"

#include <memory>
#include <unistd.h>

namespace cdckit::walcat {

class SlotPrinter {
 public:
  // `detailed`: one slot with all that is known of it.
  SlotPrinter(const SlotTask& task, cli::Context& context, bool detailed);
  base::ExitCode run();

 private:
  SlotView read();
  void print(const SlotView& view);

  const SlotTask& task_;
  cli::Context& context_;
  bool detailed_;
  bool table_;  // for people
  std::unique_ptr<pg::Connection> connection_;
  ndjson::Writer out_{STDOUT_FILENO, ndjson::Writer::Flush::every_line};
};

[[noreturn]] void refuse_missing_slot(pg::Connection& connection, const std::string& slot);

}  // namespace cdckit::walcat
