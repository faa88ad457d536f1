#include "tools/walcat/commands/digest.hpp"

#include <algorithm>

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("digest declares its flags") {
  walcat::DigestOptions options;
  std::vector<cli::Flag> flags;
  walcat::add_digest_flags(flags, options);
  const auto has = [&](const std::string& name) {
    return std::any_of(
        flags.begin(), flags.end(), [&](const auto& flag) { return flag.name == name; });
  };
  CHECK(has("buckets"));
  CHECK(has("keys"));
  CHECK(has("control"));
  CHECK(options.buckets == 64);
}
