// kcat-cdc's flags: one table for help, man page and completion. No I/O.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/kcat-cdc/commands/command_options.hpp"
#include "tools/kcat-cdc/consume/consume_options.hpp"
#include "tools/kcat-cdc/produce/produce_options.hpp"
#include "tools/kcat-cdc/settings/connection.hpp"

#include <string>

namespace cdckit::kcat_cdc {

struct Options {
  ConnectionOptions connection;
  ProduceOptions produce;
  ConsumeOptions consume;
  CommandOptions command;  // of all others
};

// The flag table; `options` must outlive it.
cli::Tool declare(Options& options);

}  // namespace cdckit::kcat_cdc
