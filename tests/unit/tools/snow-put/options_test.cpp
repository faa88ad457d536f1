#include "tools/snow-put/options.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using snow_put::Options;

TEST_CASE("cross-checks of the flags") {
  Options options;
  CHECK_NOTHROW(snow_put::check_options(options, ""));
  CHECK_THROWS_AS(snow_put::check_options(options, "merge"), base::Error);
  options.tables = {"T"};
  CHECK_NOTHROW(snow_put::check_options(options, "merge"));
  options.tables = {""};
  CHECK_THROWS_AS(snow_put::check_options(options, ""), base::Error);
  options.tables = {"T"};
  options.table_map = {"a=b"};
  CHECK_THROWS_AS(snow_put::check_options(options, ""), base::Error);
  options.table_map.clear();
  options.max_lag = std::chrono::milliseconds(1);
  CHECK_THROWS_AS(snow_put::check_options(options, ""), base::Error);
}

TEST_CASE("columns are added with --create unless said otherwise") {
  Options options;
  CHECK_FALSE(options.adds_columns());
  options.create = true;
  CHECK(options.adds_columns());
  options.unmapped = "skip";
  CHECK(options.adds_columns());
  options.unmapped = "refuse";
  CHECK_FALSE(options.adds_columns());
  options.create = false;
  options.unmapped = "create";
  CHECK(options.adds_columns());
  options.evolve = "none";
  CHECK_FALSE(options.adds_columns());
  CHECK_THROWS_AS(snow_put::check_options(options, ""), base::Error);
}

TEST_CASE("every command of the page is declared") {
  Options options;
  const cli::Tool tool = snow_put::declare(options);
  std::vector<std::string> names;
  for (const cli::Command& command : tool.commands) names.push_back(command.name);
  CHECK(names ==
        std::vector<std::string>{"", "merge", "verify", "files", "status", "channels", "check"});
  CHECK(tool.commands.front().sink);
}
