#include "tools/pg-load/batch/rejects.hpp"

#include "tests/unit/tools/pg-load/input_of.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

TEST_CASE("rows of a batch are reported once, and only when it settles") {
  const tests::Pipe pipe("");
  event::Input input(tests::settings(pipe.fd(), event::OnError::skip));
  Rejects rejects(input, -1);
  LineStore lines;
  for (std::uint64_t i = 1; i <= 3; ++i) lines.append({.number = i, .mark = 0, .text = "{}"});
  CHECK(rejects.later(2, "why", "22000"));
  CHECK_FALSE(rejects.later(2, "again", "22000"));
  CHECK(rejects.contains(2));
  CHECK(rejects.total() == 0);
  rejects.settle(lines);
  rejects.settle(lines);
  CHECK(rejects.total() == 1);
  CHECK(rejects.foreign() == 0);
  rejects.clear();
  CHECK(rejects.pending() == 0);
}

TEST_CASE("a batch that is applied again finds its bad rows again, and reports none twice") {
  const tests::Pipe pipe("");
  event::Input input(tests::settings(pipe.fd(), event::OnError::skip));
  Rejects rejects(input, -1);
  LineStore lines;
  for (std::uint64_t i = 1; i <= 3; ++i) lines.append({.number = i, .mark = 0, .text = "{}"});
  CHECK(rejects.later(1, "why", "22000"));
  CHECK(rejects.later(2, "why", "22000"));
  rejects.settle(lines);
  CHECK(rejects.total() == 2);
  CHECK(rejects.later(3, "passes when it is tried again", "22000"));
  rejects.begin_again();
  CHECK_FALSE(rejects.contains(2));
  CHECK(rejects.later(2, "why", "22000"));
  CHECK_FALSE(rejects.later(2, "why", "22000"));
  CHECK(rejects.contains(2));
  rejects.settle(lines);
  CHECK(rejects.total() == 2);
}

TEST_CASE("too many rejects, or none wanted") {
  const tests::Pipe pipe("");
  event::Input skipping(tests::settings(pipe.fd(), event::OnError::skip));
  Rejects limited(skipping, 1);
  limited.now({.line_number = 1, .pos = {}, .reason = "r", .code = {}, .text = "{}"});
  CHECK_THROWS_AS(
      limited.now({.line_number = 2, .pos = {}, .reason = "r", .code = {}, .text = "{}"}),
      base::Error);
  event::Input stopping(tests::settings(pipe.fd(), event::OnError::stop));
  Rejects none(stopping, -1);
  CHECK_THROWS_AS(none.now({.line_number = 1, .pos = {}, .reason = "r", .code = {}, .text = "{}"}),
                  base::Error);
}
