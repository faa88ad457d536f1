#include "common/cli/stats_thread.hpp"

#include "common/log/log.hpp"
#include "tests/unit/support/child.hpp"

#include <sstream>
#include <thread>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit;
using namespace std::chrono_literals;

TEST_CASE("a line each interval, valid JSON, and an end without delay") {
  const auto result = tests::run_captured([] {
    log::Settings settings;
    settings.format = log::Format::json;
    log::configure(settings);
    metrics::Registry registry;
    registry.counter("x_total", "X.").add(5);
    {
      const cli::StatsThread stats(registry, 20ms);
      std::this_thread::sleep_for(300ms);
    }
    const auto start = std::chrono::steady_clock::now();
    {
      const cli::StatsThread stats(registry, 3600s);
    }
    return std::chrono::steady_clock::now() - start < 10s ? 0 : 1;
  });
  CHECK(result.code == 0);
  std::istringstream lines(result.err);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count)
    CHECK(nlohmann::json::parse(line).at("x_total") == 5);
  CHECK(count >= 2);
}

TEST_CASE("no interval, no line") {
  const auto result = tests::run_captured([] {
    metrics::Registry registry;
    const cli::StatsThread stats(registry, 0ms);
    std::this_thread::sleep_for(20ms);
    return 0;
  });
  CHECK(result.code == 0);
  CHECK(result.err.empty());
}
