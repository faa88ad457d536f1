#include "tools/pg-load/commands/verify.hpp"

#include <algorithm>

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("the flags of verify") {
  pg_load::VerifyOptions options;
  std::vector<cli::Flag> flags;
  pg_load::add_verify_flags(flags, options);
  const auto find = [&](const char* name) {
    return std::find_if(
        flags.begin(), flags.end(), [name](const cli::Flag& flag) { return flag.name == name; });
  };
  REQUIRE(find("keys") != flags.end());
  REQUIRE(find("source") != flags.end());
  find("source")->set("1/s/d");
  CHECK(options.source == "1/s/d");
}
