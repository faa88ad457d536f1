#include "tools/kcat-cdc/options.hpp"

#include <algorithm>

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

const cli::Flag& flag_of(const cli::Command& command, const std::string& name) {
  const auto found = std::find_if(command.flags.begin(),
                                  command.flags.end(),
                                  [&](const cli::Flag& flag) { return flag.name == name; });
  REQUIRE(found != command.flags.end());
  return *found;
}

}  // namespace

TEST_CASE("commands: one reads lines, one is a source, the others list") {
  kcat_cdc::Options options;
  const cli::Tool tool = kcat_cdc::declare(options);
  REQUIRE(tool.commands.size() == 7);
  CHECK(tool.commands[0].sink);
  CHECK(tool.commands[1].source);
  CHECK(tool.libraries.starts_with("librdkafka 2."));
}

TEST_CASE("letters are kcat's") {
  kcat_cdc::Options options;
  const cli::Tool tool = kcat_cdc::declare(options);
  for (const cli::Command& command : tool.commands) {
    CHECK(flag_of(command, "brokers").letter == 'b');
    CHECK(flag_of(command, "properties").letter == 'F');
    CHECK(flag_of(command, "set").letter == 'X');
  }
  CHECK(flag_of(tool.commands[1], "group").letter == 'g');
  CHECK(flag_of(tool.commands[1], "topic").letter == 't');
}

TEST_CASE("values reach the options") {
  kcat_cdc::Options options;
  const cli::Tool tool = kcat_cdc::declare(options);
  flag_of(tool.commands[0], "topic-prefix").set("flights");
  flag_of(tool.commands[0], "retry-for").set("2s");
  flag_of(tool.commands[1], "topic").set("a");
  tool.commands[1].positionals.at(0).set("b");
  CHECK(options.produce.topic_prefix == "flights");
  CHECK(options.connection.retry_for == std::chrono::seconds(2));
  CHECK(options.consume.topics == std::vector<std::string>{"a", "b"});
  CHECK_THROWS_AS(flag_of(tool.commands[0], "format").take("protobuf"), std::invalid_argument);
}

TEST_CASE("an empty text is no value") {
  kcat_cdc::Options options;
  const cli::Tool tool = kcat_cdc::declare(options);
  for (const cli::Command& command : tool.commands) {
    for (const cli::Flag& flag : command.flags) {
      if (flag.value.empty() || flag.name == "unavailable-value") continue;
      CAPTURE(command.name + " --" + flag.name);
      CHECK_THROWS_AS(flag.set(""), std::invalid_argument);
    }
  }
  CHECK(options.produce.transactional_id.empty());
}
