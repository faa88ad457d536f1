// The small commands beside the stream: slots, status, create, drop, advance.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/walcat/commands/slot_flags.hpp"

namespace cdckit::walcat {

base::ExitCode run_slots(const SlotTask& task, cli::Context& context);
base::ExitCode run_status(const SlotTask& task, cli::Context& context);
base::ExitCode run_create(const SlotTask& task, cli::Context& context);
base::ExitCode run_drop(const SlotTask& task, cli::Context& context);
base::ExitCode run_advance(const SlotTask& task, cli::Context& context);

}  // namespace cdckit::walcat
