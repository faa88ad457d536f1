#include "tools/walcat/stream/meter.hpp"

#include "tests/unit/tools/walcat/support.hpp"

#include <fcntl.h>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;
using namespace walcat_test;

TEST_CASE("events are counted by operation and table, each once") {
  cli::Context around("walcat", {}, {});
  Delivery delivery({.output = ::open("/dev/null", O_WRONLY | O_CLOEXEC)}, around);
  Feed feed;
  feed(begin(0x10));
  feed(plain_relation());
  feed(insert(1, {"1", "x"}));
  feed(insert(1, {"2", "x"}));
  metrics::Registry registry;
  Meter meter(registry);
  meter.update(feed.changes, delivery, 0x10);
  meter.update(feed.changes, delivery, 0x10);
  const std::string text = registry.text();
  CHECK(text.find("walcat_events_total{op=\"c\",table=\"public.t\"} 2") != std::string::npos);
  CHECK(text.find("walcat_transactions_total 1") != std::string::npos);
  CHECK(text.find("walcat_confirmed_lsn 16") != std::string::npos);
}

TEST_CASE("the delay of a commit is observed once, when it is whole") {
  cli::Context around("walcat", {}, {});
  Delivery delivery({.output = ::open("/dev/null", O_WRONLY | O_CLOEXEC)}, around);
  Feed feed;
  metrics::Registry registry;
  Meter meter(registry);
  feed(begin(0x10));
  meter.update_if_due(feed.changes, delivery, 0);
  CHECK(registry.text().find("walcat_commit_delay_seconds_count 0") != std::string::npos);
  feed(commit(0x10, 0x18));
  meter.update_if_due(feed.changes, delivery, 0);
  meter.update_if_due(feed.changes, delivery, 0);
  CHECK(registry.text().find("walcat_commit_delay_seconds_count 1") != std::string::npos);
}
