#include "common/cli/standard_flags.hpp"

#include "common/base/error.hpp"

#include <algorithm>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::cli;

namespace {

const Flag* find(const std::vector<Flag>& flags, const std::string& name) {
  const auto at =
      std::find_if(flags.begin(), flags.end(), [&](const Flag& flag) { return flag.name == name; });
  return at == flags.end() ? nullptr : &*at;
}

}  // namespace

TEST_CASE("every tool has the shared flags; sources and sinks have their own besides") {
  CommonOptions options;
  const auto plain = all_flags({}, options);
  for (const char* name : {"config",
                           "check",
                           "verbose",
                           "quiet",
                           "log-format",
                           "color",
                           "metrics-listen",
                           "metrics-file",
                           "stats-interval"}) {
    CAPTURE(name);
    CHECK(find(plain, name) != nullptr);
  }
  CHECK(find(plain, "verbose")->letter == 'v');
  CHECK(find(plain, "quiet")->letter == 'q');
  for (const char* name : {"ack", "control", "on-error", "reject", "max-line"})
    CHECK(find(plain, name) == nullptr);

  Command source;
  source.source = true;
  const auto of_source = all_flags(source, options);
  CHECK(find(of_source, "ack")->repeatable);
  CHECK(find(of_source, "control") != nullptr);
  CHECK(find(of_source, "reject") == nullptr);

  Command sink;
  sink.sink = true;
  const auto of_sink = all_flags(sink, options);
  CHECK_FALSE(find(of_sink, "ack")->repeatable);
  CHECK(find(of_sink, "control") == nullptr);
  CHECK(find(of_sink, "max-line")->fallback == "64MiB");
}

TEST_CASE("setters fill the options; --reject implies reject") {
  CommonOptions options;
  Command sink;
  sink.sink = true;
  const auto flags = all_flags(sink, options);
  find(flags, "reject")->set("bad.ndjson");
  CHECK(options.reject == "bad.ndjson");
  CHECK(options.on_error == "reject");
  find(flags, "ack")->set("a");
  CHECK(options.ack == std::vector<std::string>{"a"});
  find(flags, "max-line")->set("1KiB");
  CHECK(options.max_line == 1024);
  find(flags, "verbose")->set("true");
  find(flags, "verbose")->set("true");
  CHECK(options.verbose == 2);
  find(flags, "stats-interval")->set("10s");
  CHECK(options.stats_interval == std::chrono::seconds(10));
  CHECK_NOTHROW(check_common(options));
}

TEST_CASE("contradictions") {
  CommonOptions options;
  options.on_error = "reject";
  CHECK_THROWS_WITH_AS(check_common(options),
                       "could not use --on-error reject: --reject FILE is missing",
                       base::Error);
  options = {};
  options.quiet = true;
  options.verbose = 1;
  CHECK_THROWS_AS(check_common(options), base::Error);
  options = {};
  CHECK_NOTHROW(check_common(options));
}

TEST_CASE("a filter reads lines like a sink, and acknowledges nothing") {
  CommonOptions options;
  Command filter;
  filter.filter = true;
  const auto flags = all_flags(filter, options);
  for (const char* name : {"on-error", "reject", "max-line"}) CHECK(find(flags, name) != nullptr);
  CHECK(find(flags, "ack") == nullptr);
}
