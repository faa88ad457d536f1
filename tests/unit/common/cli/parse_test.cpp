#include "common/cli/parse.hpp"

#include "common/base/error.hpp"
#include "tests/unit/support/scratch_folder.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::cli;
using base::ErrorKind;
using Words = std::vector<std::string>;

namespace {

struct Options {
  bool create = false;
  std::string slot;
  Words tables;
  std::int64_t limit = 10;
  std::string speed;
  int verbose = 0;
  std::string config;
  Words rest;
  std::string order;  // the setters in the order they were called
};

Command command_for(Options& options, const std::string& name = "") {
  FlagTable table;
  table.toggle("create", options.create, "Create.");
  table.text("slot,s", "NAME", options.slot, "Slot.");
  table.list("table,t", "GLOB", options.tables, "Tables.");
  table.number("limit", "N", options.limit, "Limit.");
  table
      .custom(
          "speed", "N", [&](const std::string& value) { options.speed = "<" + value + ">"; }, "S.")
      .optional_value = true;
  table.custom(
           "verbose,v", "", [&](const std::string&) { ++options.verbose; }, "V.")
      .repeatable = true;
  table.text("config", "FILE", options.config, "Config.");
  Command command;
  command.name = name;
  command.flags = std::move(table.flags);
  command.positionals = {{"FILE", "Files.", false, true, [&](const std::string& word) {
                            if (word == "bad") throw std::invalid_argument("it is bad");
                            options.rest.push_back(word);
                          }}};
  return command;
}

Options parse(const Words& arguments) {
  Options options;
  const Command command = command_for(options);
  (void)parse_flags(command, command.flags, arguments);
  return options;
}

struct Complaint {
  ErrorKind kind = ErrorKind::bug;
  std::string message;
  std::string hint;
};

Complaint complaint(const Words& arguments, const std::string& command_name = "") {
  Options options;
  const Command command = command_for(options, command_name);
  try {
    (void)parse_flags(command, command.flags, arguments);
  } catch (const base::Error& error) {
    return {error.kind(), error.what(), std::string(error.hint())};
  }
  return {};
}

}  // namespace

TEST_CASE("flags in every spelling and order") {
  CHECK(parse({}).limit == 10);
  CHECK(parse({"--slot", "a"}).slot == "a");
  CHECK(parse({"--slot=a=b"}).slot == "a=b");
  CHECK(parse({"-s", "a"}).slot == "a");
  CHECK(parse({"-sa"}).slot == "a");
  CHECK(parse({"--slot", ""}).slot.empty());
  CHECK(parse({"x", "--create", "y"}).rest == Words{"x", "y"});
  CHECK(parse({"x", "--create", "y"}).create);
  CHECK(parse({"-t", "a", "--table=b", "-tc"}).tables == Words{"a", "b", "c"});
  CHECK(parse({"-t", "a", "x"}).rest == Words{"x"});  // a list flag takes one value at a time
  CHECK(parse({"-vv", "--verbose"}).verbose == 3);
  CHECK(parse({"--speed"}).speed == "<>");
  CHECK(parse({"--speed=4"}).speed == "<4>");
  CHECK(parse({"--slot", "grüße 'x' \"y\" $z"}).slot == "grüße 'x' \"y\" $z");
}

TEST_CASE("positionals, --, and a lone dash") {
  CHECK(parse({"a", "-", "b"}).rest == Words{"a", "-", "b"});
  CHECK(parse({"--", "--slot", "-x", "--"}).rest == Words{"--slot", "-x", "--"});
  CHECK(parse({"-s", "v", "--", "-s"}).slot == "v");
  CHECK(complaint({"bad"}).message == "could not use FILE: it is bad");
}

TEST_CASE("usage errors") {
  CHECK(complaint({"--slto", "a"}).message == "unknown flag \"--slto\"");
  CHECK(complaint({"--slto", "a"}).hint == "Did you mean --slot?");
  CHECK(complaint({"--slto=secret"}).message == "unknown flag \"--slto\"");
  CHECK(complaint({"--nothing-like-it"}).hint.empty());
  CHECK(complaint({"-x"}).message == "unknown flag \"-x\"");
  CHECK(complaint({"--limit", "many"}).message ==
        "could not use --limit: \"many\" is not a whole number");
  CHECK(complaint({"--slot", "a", "--slot", "b"}).message ==
        "could not use --slot: it was given 2 times");
  CHECK(complaint({"--create", "--create"}).message ==
        "could not use --create: it was given 2 times");
  for (const Words& arguments :
       {Words{"--slot"}, Words{"--limit="}, Words{"--create=maybe"}, Words{"-"}}) {
    if (arguments == Words{"-"}) continue;
    CAPTURE(arguments[0]);
    CHECK(complaint(arguments).kind == ErrorKind::usage);
  }
}

TEST_CASE("a switch takes true and false after an equals sign") {
  CHECK(parse({"--create=true"}).create);
  CHECK_FALSE(parse({"--create=false"}).create);
}

TEST_CASE("too many positionals, and one that is missing") {
  Command command;
  std::string first;
  command.positionals = {
      {"DIR", "Folder.", true, false, [&](const std::string& word) { first = word; }},
      {"MORE", "More.", true, true, [](const std::string&) {}}};
  const auto message = [&](const Words& arguments) {
    try {
      (void)parse_flags(command, {}, arguments);
    } catch (const base::Error& error) {
      CHECK(error.kind() == ErrorKind::usage);
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(message({}) == "the argument DIR is missing");
  CHECK(message({"a"}) == "the argument MORE is missing");
  CHECK(message({"a", "b"}).empty());
  CHECK(message({"a", "b", "c"}).empty());
  CHECK(first == "a");
  command.positionals.pop_back();
  CHECK(message({"a", "b"}) == "unexpected argument \"b\"");
}

TEST_CASE("help, version and generate set nothing") {
  Options options;
  const Command command = command_for(options);
  CHECK(parse_flags(command, command.flags, {"--help", "--limit", "nonsense"}).help);
  CHECK(parse_flags(command, command.flags, {"-V", "x", "y"}).version);
  CHECK(parse_flags(command, command.flags, {"--generate", "man-options"}).generate ==
        "man-options");
  CHECK(options.rest.empty());
  CHECK(options.limit == 10);
}

TEST_CASE("a config file fills in what the command line does not say") {
  const tests::ScratchFolder folder;
  const std::string path = folder.write(
      "c.toml", "slot = \"file\"\nlimit = 5\ntable = [\"x\", \"y\"]\ncreate = true\nverbose = 2\n");
  const Options options = parse({"--config", path});
  CHECK(options.slot == "file");
  CHECK(options.limit == 5);
  CHECK(options.tables == Words{"x", "y"});
  CHECK(options.create);
  CHECK(options.verbose == 2);

  const Options mixed = parse({"--config", path, "--slot", "line", "-t", "only", "-v"});
  CHECK(mixed.slot == "line");
  CHECK(mixed.tables == Words{"only"});
  CHECK(mixed.verbose == 1);
  CHECK(mixed.limit == 5);
  CHECK_FALSE(parse({"--config", folder.write("d.toml", "create = false\n")}).create);
}

TEST_CASE("the command's own table wins over the top of the file") {
  const tests::ScratchFolder folder;
  const std::string path = folder.write(
      "c.toml", "slot = \"top\"\nlimit = 1\n[drop]\nslot = \"own\"\n[other]\nanything = 1\n");
  Options options;
  const Command command = command_for(options, "drop");
  const Parsed parsed = parse_flags(command, command.flags, {"--config", path});
  CHECK(options.slot == "own");
  CHECK(options.limit == 1);
  CHECK(parsed.config_tables == Words{"drop", "other"});
}

TEST_CASE("a config file is as strict as the command line") {
  const tests::ScratchFolder folder;
  const auto said = [&](const std::string& content) {
    const std::string path = folder.write("c.toml", content);
    const Complaint found = complaint({"--config", path});
    CHECK(found.kind == ErrorKind::config);
    const auto at = found.message.find(path);
    return at == std::string::npos
               ? found.message
               : found.message.substr(0, at) + found.message.substr(at + path.size());
  };
  CHECK(said("slto = \"a\"\n") == "could not read \"\": unknown setting \"slto\"");
  CHECK(said("config = \"other\"\n") == "could not read \"\": unknown setting \"config\"");
  CHECK(said("help = true\n") == "could not read \"\": unknown setting \"help\"");
  CHECK(said("limit = \"many\"\n") ==
        "could not use \"limit\" of \"\": \"many\" is not a whole number");
  CHECK(said("slot = [\"a\", \"b\"]\n") == "could not use \"slot\" of \"\": it takes one value");
  CHECK(said("create = \"yes\"\n") ==
        "could not use \"create\" of \"\": \"yes\" is neither true nor false");
  CHECK(said("create = 2\n") ==
        "could not use \"create\" of \"\": \"2\" is neither true nor false");
  CHECK(said("slot = \n").starts_with("could not read :1:"));
  CHECK(complaint({"--config", folder.file("none")}).kind == ErrorKind::config);
  // on the command line it was given, so the file's value is not even looked at
  CHECK(complaint({"--config", folder.write("d.toml", "limit = \"many\"\n"), "--limit", "1"})
            .message.empty());
}

TEST_CASE("a word that is nearly a command is none of the arguments, unless it is a file") {
  Tool tool;
  Command fallback;
  fallback.positionals.push_back({.name = "FILE", .help = {}, .set = [](const std::string&) {}});
  Command replay;
  replay.name = "replay";
  tool.commands = {fallback, replay};
  const auto chosen = [&](const std::string& word) {
    Words words{word};
    try {
      return choose_command(tool, words).name + "|";
    } catch (const base::Error& error) {
      return std::string(error.hint());
    }
  };
  CHECK(chosen("erplay") == "Did you mean replay?");
  CHECK(chosen("rules.yaml") == "|");
  CHECK(chosen("replay") == "replay|");
}

TEST_CASE("choose_command") {
  Tool tool;
  tool.commands.resize(3);
  tool.commands[1].name = "slots";
  tool.commands[2].name = "drop";
  Words arguments = {"drop", "slots"};
  CHECK(choose_command(tool, arguments).name == "drop");
  CHECK(arguments == Words{"slots"});
  arguments = {"--slot", "drop"};
  CHECK(choose_command(tool, arguments).name.empty());
  CHECK(arguments.size() == 2);

  tool.commands.erase(tool.commands.begin());
  const auto message = [&](Words words) {
    try {
      (void)choose_command(tool, words);
    } catch (const base::Error& error) {
      CHECK(error.kind() == ErrorKind::usage);
      return std::string(error.what()) + "|" + std::string(error.hint());
    }
    return std::string();
  };
  CHECK(message({}) == "a command is missing: one of slots, drop|");
  CHECK(message({"--slot"}) == "a command is missing: one of slots, drop|");
  CHECK(message({"drpo"}) == "unknown command \"drpo\"|Did you mean drop?");
  CHECK(message({"nothing"}) == "unknown command \"nothing\"|It is one of slots, drop, help.");
}
