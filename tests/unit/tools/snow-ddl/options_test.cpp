#include "tools/snow-ddl/options.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

TEST_CASE("the commands share their flags, and fill the options") {
  Options options;
  const cli::Tool tool = declare(options);
  std::string names;
  for (const cli::Command& command : tool.commands) names += command.name + " ";
  CHECK(names ==
        "plan apply status verify repair baseline undo drift preview pull lint render generate "
        "query ");
  for (const cli::Command& command : tool.commands) {
    CAPTURE(command.name);
    if (command.name == "generate") continue;  // it reads no scripts that are given
    CHECK(command.positionals.at(0).required == (command.name != "query"));
    for (const cli::Flag& flag : command.flags) {
      if (flag.name == "connection") flag.set(command.name);
    }
  }
  CHECK(options.settings.server.connection == "query");
  for (const cli::Flag& flag : tool.commands.front().flags) {
    if (flag.name == "change-history-table") flag.set("a.b.c");
    if (flag.name == "var") flag.set("k=v");
    if (flag.name == "template") flag.take("jinja");
  }
  CHECK(options.settings.history.schema == "B");
  CHECK(options.settings.scripts.variables.at("k").value == "v");
  CHECK(options.settings.scripts.with == Template::jinja);
}

TEST_CASE("a digest is 64 hex digits") {
  Options options;
  const cli::Tool tool = declare(options);
  for (const cli::Flag& flag : tool.commands.at(1).flags) {
    if (flag.name != "plan-digest") continue;
    CHECK_THROWS_AS(flag.set("abc"), std::invalid_argument);
    CHECK_THROWS_AS(flag.set(std::string(64, 'G')), std::invalid_argument);
    flag.set(std::string(64, 'a'));
  }
  CHECK(options.apply.digest == std::string(64, 'a'));
}

}  // namespace cdckit::snow_ddl
