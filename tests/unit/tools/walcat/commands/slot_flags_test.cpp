#include "tools/walcat/commands/slot_flags.hpp"

#include "common/base/error.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

namespace {

const cli::Flag& named(const std::vector<cli::Flag>& flags, const std::string& name) {
  for (const auto& flag : flags) {
    if (flag.name == name) return flag;
  }
  throw std::out_of_range(name);
}

bool refused(const SlotCommandOptions& options) {
  try {
    check_advance_options(options);
  } catch (const base::Error& error) {
    return error.kind() == base::ErrorKind::usage;
  }
  return false;
}

}  // namespace

TEST_CASE("--watch takes a time or none") {
  SlotCommandOptions options;
  std::vector<cli::Flag> flags;
  add_watch_flag(flags, options);
  const auto& watch = named(flags, "watch");
  CHECK(watch.optional_value);
  watch.set("");
  CHECK(options.watch == std::chrono::seconds(2));
  watch.set("5m");
  CHECK(options.watch == std::chrono::minutes(5));
  CHECK_THROWS_AS(watch.set("soon"), std::invalid_argument);
  CHECK_THROWS_AS(watch.set("0s"), std::invalid_argument);
}

TEST_CASE("advance wants exactly one position") {
  SlotCommandOptions options;
  std::vector<cli::Flag> flags;
  add_advance_flags(flags, options);
  CHECK(refused(options));
  CHECK_THROWS_AS(named(flags, "to").set("x"), std::invalid_argument);
  named(flags, "to").set("0/16B3748");
  CHECK(options.to == 0x16B3748);
  CHECK_FALSE(refused(options));
  named(flags, "to-now").set("true");
  CHECK(refused(options));
  options.to.reset();
  CHECK_FALSE(refused(options));
}

TEST_CASE("failover is asked for") {
  bool failover = false;
  std::vector<cli::Flag> flags;
  add_failover_flag(flags, failover);
  named(flags, "failover").set("true");
  CHECK(failover);
}

TEST_CASE("a position in every notation that is printed") {
  for (const char* text :
       {"0/16B3748", "0/16b3748", "00000000016B3748", "00000000016B3748/0000000000000007"}) {
    CAPTURE(text);
    CHECK(parse_position_flag(text) == 0x16B3748U);
  }
  for (const char* text : {"", "here", "16B3748", "00000000016B3748/7", "0/16B3748/1", "-1"}) {
    CAPTURE(text);
    CHECK_THROWS_AS((void)parse_position_flag(text), std::invalid_argument);
  }
}

TEST_CASE("--if-exists and --summary are switches") {
  SlotCommandOptions options;
  std::vector<cli::Flag> flags;
  add_drop_flags(flags, options);
  add_summary_flag(flags, options);
  named(flags, "if-exists").take("true");
  named(flags, "summary").take("true");
  CHECK(options.if_exists);
  CHECK(options.summary);
}
