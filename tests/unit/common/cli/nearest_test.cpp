#include "common/cli/nearest.hpp"

#include <doctest/doctest.h>

using cdckit::cli::joined;
using cdckit::cli::near_miss_hint;
using cdckit::cli::nearest;

TEST_CASE("the nearest word, when one is near") {
  const std::vector<std::string> words{"initial", "never", "only", "always", "when-needed"};
  CHECK(nearest("nevr", words) == "never");
  CHECK(nearest("alwyas", words) == "always");
  CHECK(nearest("intial", words) == "initial");
  CHECK(nearest("wehn-nedeed", words) == "when-needed");
  CHECK(nearest("never", words) == "never");
  CHECK(nearest("sometimes", words).empty());
  CHECK(nearest("", words).empty());
  CHECK(nearest(std::string(100'000, 'x'), words).empty());
}

TEST_CASE("short words are not mistaken for each other, half a word finds its whole") {
  CHECK(nearest("abc", {"xyz", "q"}).empty());
  CHECK(nearest("an", {"on"}) == "on");
  CHECK(nearest("--snap", {"--snapshot", "--slot"}) == "--snapshot");
  CHECK(nearest("sta", {"status", "stalled"}).empty());
  CHECK(nearest("stats", {"slots", "status"}) == "status");
}

TEST_CASE("as a hint and as a list") {
  CHECK(near_miss_hint("jsno", {"text", "json"}) == "Did you mean json?");
  CHECK(near_miss_hint("pink", {"auto", "always", "never"}).empty());
  CHECK(joined({"a", "b", "c"}) == "a, b, c");
  CHECK(joined({}).empty());
}
