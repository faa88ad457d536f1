#include "tools/pg-load/batch/commit_delay.hpp"

#include "common/base/clock.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

namespace {

struct Delays {
  metrics::Registry registry;
  CommitDelay delay{registry};

  void read(std::int64_t ago_ms, char op = 'u') {
    const std::string source =
        R"({"version":"1","ts_ms":)" + std::to_string(base::unix_milliseconds() - ago_ms) + "}";
    event::Event event;
    event.op = op;
    event.source = source;
    delay.read(event);
  }
  [[nodiscard]] bool says(const std::string& sample) const {
    return registry.text().find("\npg_load_commit_delay_seconds_" + sample + "\n") !=
           std::string::npos;
  }
};

}  // namespace

TEST_CASE("the first change of a batch counts, once it is durable") {
  Delays of;
  of.read(3'000'000, 'r');  // of a snapshot
  of.read(70'000);
  of.read(1);
  CHECK(of.says("count 0"));
  of.delay.all_is_durable();
  CHECK(of.says("count 1"));
  CHECK(of.says("bucket{le=\"60\"} 0"));
  of.delay.all_is_durable();
  CHECK(of.says("count 1"));
}

TEST_CASE("a batch that is on its way has a delay of its own") {
  Delays of;
  of.read(70'000);
  of.delay.sent();
  of.read(-5000);  // a clock that goes before ours
  of.delay.all_is_durable();
  CHECK(of.says("count 1"));
  CHECK(of.says("sum 0"));
  of.delay.came_back();
  of.read(-5000);
  of.delay.all_is_durable();
  CHECK(of.says("count 2"));
  CHECK(of.says("bucket{le=\"60\"} 1"));
  of.delay.sent_is_durable();
  CHECK(of.says("count 2"));
}

TEST_CASE("what says no time and what is given up has no delay") {
  Delays of;
  event::Event event;
  event.op = 'c';
  of.delay.read(event);
  of.delay.all_is_durable();
  of.read(1);
  of.delay.forget();
  of.delay.all_is_durable();
  CHECK(of.says("count 0"));
}
