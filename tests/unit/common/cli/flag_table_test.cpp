#include "common/cli/flag_table.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

using namespace cdckit::cli;
using namespace std::chrono_literals;

namespace {

// Empty when the value was taken, else what set() said.
std::string complaint(const Flag& flag, const std::string& value) {
  try {
    flag.set(value);
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
