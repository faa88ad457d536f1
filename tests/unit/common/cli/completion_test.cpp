#include "common/cli/completion.hpp"

#include <sstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit;
using namespace cdckit::cli;

namespace {

struct Fixture {
  std::string slot;
  std::string mode;
  Tool tool;

  Fixture() {
    FlagTable table;
    table.text("slot,s", "NAME", slot, "A slot; it's one.");
    table.choice("mode", {"fast", "slow"}, mode, "How. More.");
    Command main;
    main.flags = table.flags;
    main.source = true;
    Command drop;
    drop.name = "drop";
    drop.flags = {table.flags[0]};
    tool = {"wal-cat", "Prints", {main, drop}, {}, "", ""};
  }
};

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("each flag stands once, with its commands, its kind and its values") {
  const Fixture fixture;
  for (const char* shell : {"bash", "zsh"}) {
    const std::string text = completion(fixture.tool, shell);
    CAPTURE(text);
    CHECK(count(text, "\n--slot -s * value - A slot\n") == 1);
    CHECK(count(text, "\n--mode - - words fast|slow How\n") == 1);
    CHECK(count(text, "\n--log-format - * words text|json ") == 1);
    CHECK(count(text, "\n--control - - switch - ") == 1);
    CHECK(count(text, "\n--config - * file - ") == 1);
    CHECK(count(text, "\n--help -h * switch - ") == 1);
    CHECK(count(text, "drop help") >= 1);
    CHECK(count(text, "@TOOL@") + count(text, "@TABLE@") + count(text, "@FUNCTION@") == 0);
  }
  CHECK(completion(fixture.tool, "zsh").starts_with("#compdef wal-cat\n"));
  CHECK(completion(fixture.tool, "tcsh").empty());
}

TEST_CASE("fish: one line a flag, under the commands that have it") {
  const Fixture fixture;
  const std::string text = completion(fixture.tool, "fish");
  CHECK(count(text, " -l slot -s s -x -d 'A slot'\n") == 1);
  CHECK(count(text,
              "complete -c wal-cat -n 'not __fish_seen_subcommand_from drop help' -l mode -x -a "
              "'fast slow' -d 'How'\n") == 1);
  CHECK(count(text, "-l config -r -F ") == 1);
}

TEST_CASE("the flags of all commands as lines of JSON") {
  const Fixture fixture;
  std::istringstream lines(flag_lines(fixture.tool));
  int modes = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto flag = nlohmann::json::parse(line);
    if (flag.at("flag") != "mode") continue;
    ++modes;
    CHECK(flag ==
          nlohmann::json::parse(R"({"command":"","flag":"mode","letter":"","value":"fast|slow",)"
                                R"("repeatable":false,"choices":["fast","slow"]})"));
  }
  CHECK(modes == 1);
}
