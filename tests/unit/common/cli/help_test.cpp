#include "common/cli/help.hpp"

#include "common/cli/standard_flags.hpp"
#include "tests/unit/support/scratch_folder.hpp"

#include <sstream>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::cli;

namespace {

struct Fixture {
  std::string slot = "s1";
  std::vector<std::string> tables;
  std::string speed;
  Tool tool;

  Fixture() {
    FlagTable table;
    table.text("slot,s",
               "NAME",
               slot,
               "Replication slot; see pg_replication_slots and *stars* at ~/x, cost $1 @now.");
    table.list("table",
               "GLOB",
               tables,
               std::string(300, 'w') + " long word, then many words " + std::string(40, 'v'));
    table.text("speed", "N", speed, "Speed.").optional_value = true;
    Command main;
    main.summary = "Main thing.";
    main.flags = table.flags;
    main.source = true;
    Command drop;
    drop.name = "drop";
    drop.summary = "Drop a slot.";
    drop.positionals = {{"SLOT", "The slot.", true, true, {}}};
    Command sink;
    sink.name = "take";
    sink.summary = "Take lines.";
    sink.sink = true;
    tool = {"walcat",
            "Prints changes",
            {main, drop, sink},
            {{"walcat -d db | jq .", "Look."}},
            "libpq 15",
            ""};
  }
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("help and man text have every flag, with default and value") {
  Fixture fixture;
  for (const Command& command : fixture.tool.commands) {
    CommonOptions options;
    const auto flags = all_flags(command, options);
    const std::string help = help_text(fixture.tool, command, flags);
    const std::string man = man_options(fixture.tool);
    for (const Flag& flag : flags) {
      CAPTURE(flag.name);
      CHECK(contains(help, "--" + flag.name));
      CHECK(contains(man, "**\\--" + flag.name + "**"));
    }
    for (const char* always : {"--help", "--version"}) CHECK(contains(help, always));
    CHECK(contains(help, "Default: text."));
  }
  const std::string help =
      help_text(fixture.tool, fixture.tool.commands[0], fixture.tool.commands[0].flags);
  CHECK(contains(help, "-s, --slot NAME"));
  CHECK(contains(help, "Default: s1."));
  CHECK(contains(help, "--speed[=N]"));
  CHECK(contains(help, "Repeatable."));
  CHECK(contains(help, "Usage: walcat [OPTIONS]\n"));
  CHECK(contains(help, "  drop  "));
  CHECK(contains(help, "    walcat -d db | jq .\n"));
  CHECK(contains(help_text(fixture.tool, fixture.tool.commands[1], {}),
                 "Usage: walcat drop [OPTIONS] SLOT...\n"));
}

TEST_CASE("flags of one group stand under one heading, wherever they were declared") {
  Fixture fixture;
  std::vector<Flag> flags(3);
  flags[0].name = "first";
  flags[0].group = flags[2].group = "Source";
  flags[1].name = "second";
  flags[1].group = "Output";
  flags[2].name = "third";
  const std::string help = help_text(fixture.tool, fixture.tool.commands[0], flags);
  const auto heading = help.find("\nSource:\n");
  CHECK(help.find("\nSource:\n", heading + 1) == std::string::npos);
  CHECK(heading < help.find("--third"));
  CHECK(help.find("--third") < help.find("--second"));
}

TEST_CASE("help lines end before column 80 where words allow") {
  Fixture fixture;
  CommonOptions options;
  std::istringstream lines(help_text(
      fixture.tool, fixture.tool.commands[2], all_flags(fixture.tool.commands[2], options)));
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(line.size() <= 80);
    CHECK_FALSE(line.ends_with(' '));
  }
}

TEST_CASE(
    "man options: markup in the text is text, commands have headings, shared flags come once") {
  Fixture fixture;
  const std::string man = man_options(fixture.tool);
  CHECK(contains(man,
                 "**-s**, **\\--slot** *NAME*\n:   Replication slot; see pg\\_replication\\_slots "
                 "and \\*stars\\* at \\~/x, cost \\$1 \\@now. Default: s1."));
  CHECK(contains(man, "## walcat drop\n\nDrop a slot.\n\n*SLOT*\n:   The slot.\n"));
  CHECK(contains(man, "**\\--speed**[=*N*]"));
  const auto first = man.find("**\\--log-format**");
  REQUIRE(first != std::string::npos);
  CHECK(man.find("**\\--log-format**", first + 1) == std::string::npos);
}

TEST_CASE("man options: what an earlier command described is only named again") {
  Fixture fixture;
  fixture.tool.commands[1].flags = fixture.tool.commands[0].flags;
  fixture.tool.commands[1].flags[0].help = "Another meaning.";
  const std::string man = man_options(fixture.tool);
  CHECK(contains(man, "*NAME*\n:   Another meaning."));
  CHECK(contains(man, "As above: **\\--table**, **\\--speed**.\n"));
}

TEST_CASE("man options: a flag that a source and a sink share is told for both") {
  Tool tool{"both", "Both", {}, {}, "", ""};
  Command take;
  take.name = "take";
  take.sink = true;
  Command give;
  give.name = "give";
  give.source = true;
  tool.commands = {take, give, take};
  const std::string man = man_options(tool);
  CHECK(contains(man, ":   take: Acknowledge in FILE what is durable"));
  CHECK(contains(man, " give: Confirm only what the sink"));
  CHECK(man.find("take: ", man.find("take: ") + 1) == std::string::npos);
}

TEST_CASE("overview and version") {
  Fixture fixture;
  CHECK(contains(overview_text(fixture.tool), "Usage: walcat COMMAND [OPTIONS]\n"));
  CHECK(contains(overview_text(fixture.tool), "Drop a slot."));
  CHECK(version_text(fixture.tool) == "walcat " CDCKIT_VERSION "\nlibpq 15\n");
}
