#include "tools/cdc-check/options.hpp"

#include "common/cli/help.hpp"
#include "common/cli/standard_flags.hpp"

#include <algorithm>

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("a filter has what readers of lines have, but no --ack") {
  cdc_check::Options options;
  const cli::Tool tool = cdc_check::declare(options);
  cli::CommonOptions common;
  const auto flags = cli::all_flags(tool.commands.front(), common);
  const auto has = [&](const char* name) {
    return std::any_of(
        flags.begin(), flags.end(), [&](const cli::Flag& flag) { return flag.name == name; });
  };
  for (const char* name :
       {"explain", "reject", "on-error", "max-line", "metrics-file", "unavailable-value", "check"})
    CHECK_MESSAGE(has(name), name);
  CHECK_FALSE(has("ack"));
  tool.commands.front().positionals.front().set("r.yaml");
  CHECK(options.rules == "r.yaml");
}
