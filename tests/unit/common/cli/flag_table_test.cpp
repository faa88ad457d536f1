#include "common/cli/flag_table.hpp"

#include <optional>
#include <stdexcept>

#include <doctest/doctest.h>

using namespace cdckit::cli;
using namespace std::chrono_literals;

namespace {

// Empty when the value was taken, else what take() said.
std::string complaint(const Flag& flag, const std::string& value) {
  try {
    flag.take(value);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("names, letters, groups") {
  bool on = false;
  FlagTable table("Group");
  CHECK(table.toggle("create", on, "Make it.").letter == 0);
  CHECK(table.toggle("all,a", on, "All.").letter == 'a');
  CHECK(table.flags[0].name == "create");
  CHECK(table.flags[1].name == "all");
  CHECK(table.flags[1].group == "Group");
  CHECK(table.flags[1].value.empty());
  table.flags[0].set("true");
  CHECK(on);
}

TEST_CASE("text and list") {
  std::string slot = "default";
  std::vector<std::string> tables;
  FlagTable table;
  CHECK(table.text("slot", "NAME", slot, "Slot.").fallback == "default");
  CHECK(table.list("table", "GLOB", tables, "Tables.").repeatable);
  table.flags[0].set("s1");
  table.flags[1].set("a");
  table.flags[1].set("b");
  CHECK(slot == "s1");
  CHECK(tables == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a file has a name") {
  std::vector<std::string> files;
  FlagTable table;
  table.list("ack", "FILE", files, "Help.");
  CHECK(complaint(table.flags[0], "") == "the name of the file is empty");
  table.flags[0].take("f");
  CHECK(files == std::vector<std::string>{"f"});
  std::string text = "x";
  table.text("map", "NAME", text, "Help.").take("");
  CHECK(text.empty());
}

TEST_CASE("numbers, durations, sizes and choices say what they want") {
  std::int64_t count = -1;
  std::chrono::milliseconds every = 10s;
  std::uint64_t limit = 64U << 20U;
  std::string word = "stop";
  FlagTable table;
  CHECK(table.number("limit", "N", count, "L.").fallback.empty());
  CHECK(table.duration("every", every, "E.").fallback == "10s");
  CHECK(table.size("max-line", limit, "M.").fallback == "64MiB");
  CHECK(table.choice("on-error", {"stop", "skip"}, word, "O.").value == "stop|skip");
  const auto& flags = table.flags;
  CHECK(complaint(flags[0], "12").empty());
  CHECK(count == 12);
  CHECK(complaint(flags[0], "0").empty());
  for (const char* bad : {"", "-1", "1.5", "x", "9223372036854775808"}) {
    CHECK(complaint(flags[0], bad) == "\"" + std::string(bad) + "\" is not a whole number");
  }
  CHECK(complaint(flags[1], "5m").empty());
  CHECK(every == 5min);
  CHECK(complaint(flags[1], "5x") == "\"5x\" is not a duration such as 500ms, 10s, 5m or 2h");
  CHECK(complaint(flags[2], "1KiB").empty());
  CHECK(limit == 1024);
  CHECK(complaint(flags[2], "big") == "\"big\" is not a size such as 64KiB or 8MiB");
  CHECK(complaint(flags[3], "skip").empty());
  CHECK(word == "skip");
  CHECK(complaint(flags[3], "Skip") == "\"Skip\" is not one of stop, skip");
  CHECK(word == "skip");
}

TEST_CASE("words that stand for values: unknown ones are refused, with what was meant") {
  enum class Mode { first, when_needed };
  Mode mode = Mode::first;
  std::optional<Mode> wish;
  FlagTable table;
  table.choice("mode", {{"first", Mode::first}, {"when-needed", Mode::when_needed}}, mode, "M.");
  table.choice("wish", {{"first", Mode::first}, {"when-needed", Mode::when_needed}}, wish, "W.");
  const auto& flags = table.flags;
  CHECK(flags[0].value == "first|when-needed");
  CHECK(flags[0].choices == std::vector<std::string>{"first", "when-needed"});
  CHECK(complaint(flags[0], "when-needed").empty());
  CHECK(mode == Mode::when_needed);
  CHECK(complaint(flags[0], "frist") == "\"frist\" is not one of first, when-needed");
  CHECK(mode == Mode::when_needed);
  CHECK_FALSE(complaint(flags[1], "").empty());
  CHECK_FALSE(wish.has_value());
  CHECK(complaint(flags[1], "first").empty());
  CHECK(wish == Mode::first);
  try {
    flags[0].take("frist");
  } catch (const BadValue& error) {
    CHECK(error.hint() == "Did you mean first?");
  }
}

TEST_CASE("a flag with choices takes nothing else, whoever wrote its setter") {
  std::string given;
  FlagTable table;
  Flag& flag = table.custom("mode", "a|b", [&](const std::string& text) { given = text; }, "M.");
  flag.choices = {"a", "b"};
  CHECK_FALSE(complaint(flag, "c").empty());
  CHECK(given.empty());
  CHECK(complaint(flag, "b").empty());
  CHECK(given == "b");
}
