#include "tools/snow-ddl/options.hpp"

#include <algorithm>
#include <stdexcept>

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

TEST_CASE("a variable is NAME=VALUE, the value may hold anything") {
  Variables variables;
  add_variable(variables, "db=CDC");
  add_variable(variables, "empty=");
  add_variable(variables, "sum=a=b");
  CHECK(variables.at("db") == "CDC");
  CHECK(variables.at("empty").empty());
  CHECK(variables.at("sum") == "a=b");
  CHECK_THROWS_AS(add_variable(variables, "db"), std::invalid_argument);
  CHECK_THROWS_AS(add_variable(variables, "=x"), std::invalid_argument);
}

TEST_CASE("the commands share their flags, and fill the options") {
  Options options;
  const cli::Tool tool = declare(options);
  std::string names;
  for (const cli::Command& command : tool.commands) names += command.name + " ";
  CHECK(names == "plan apply status query ");
  for (const cli::Command& command : tool.commands) {
    CAPTURE(command.name);
    const auto connection =
        std::find_if(command.flags.begin(), command.flags.end(), [](const cli::Flag& flag) {
          return flag.name == "connection";
        });
    REQUIRE(connection != command.flags.end());
    CHECK(connection->letter == 'c');
    connection->set(command.name);
    CHECK(options.connection == command.name);
    CHECK(command.positionals.at(0).required);
  }
  for (const cli::Flag& flag : tool.commands.front().flags) {
    if (flag.name == "change-history-table") flag.set("a.b.c");
    if (flag.name == "var") flag.set("k=v");
  }
  CHECK(options.history.schema == "B");
  CHECK(options.variables.at("k") == "v");
}

}  // namespace cdckit::snow_ddl
