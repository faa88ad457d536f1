#include "tools/pg-load/options.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("the flags fill the options") {
  pg_load::Options options;
  const cli::Tool tool = pg_load::declare(options);
  CHECK(tool.name == "pg-load");
  const auto has = [&](const cli::Command& command, const std::string& name) {
    return std::any_of(command.flags.begin(), command.flags.end(), [&](const auto& flag) {
      return flag.name == name;
    });
  };
  CHECK(has(tool.commands.at(0), "table"));
  CHECK(has(tool.commands.at(1), "keys"));
}
