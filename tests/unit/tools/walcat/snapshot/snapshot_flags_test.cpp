#include "tools/walcat/snapshot/snapshot_flags.hpp"

#include <algorithm>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

TEST_CASE("each word of --snapshot is a mode") {
  SnapshotOptions options;
  std::vector<cli::Flag> flags;
  add_snapshot_flags(flags, options);
  const auto flag = std::find_if(
      flags.begin(), flags.end(), [](const auto& entry) { return entry.name == "snapshot"; });
  REQUIRE(flag != flags.end());
  CHECK(flag->choices.size() == 5);
  CHECK_FALSE(options.mode);
  flag->set("when-needed");
  CHECK(options.mode == SnapshotMode::when_needed);
  flag->set("initial");
  CHECK(options.mode == SnapshotMode::initial);
}

TEST_CASE("jobs are counted, conditions split") {
  SnapshotOptions options;
  std::vector<cli::Flag> flags;
  add_snapshot_flags(flags, options);
  const auto set = [&](const std::string& name, const std::string& value) {
    std::find_if(flags.begin(), flags.end(), [&](const auto& entry) {
      return entry.name == name;
    })->set(value);
  };
  CHECK(options.jobs == 1);
  set("jobs", "8");
  CHECK(options.jobs == 8);
  for (const std::string text : {"0", "65", "-1", "x"}) CHECK_THROWS(set("jobs", text));
  set("where", "public.t=a = 1");
  CHECK(options.where == std::vector<RowCondition>{{"public.t", "a = 1"}});
}
