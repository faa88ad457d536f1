#include "tools/opensky-fetch/service/quota.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/opensky-fetch/support.hpp"
#include "tools/opensky-fetch/options.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

constexpr std::int64_t kNow = 86'400L * 20'000 + 100;

Options with_state(const TemporaryFolder& folder) {
  Options options;
  options.quota.state = folder.path() + "/deep/state";
  return options;
}

}  // namespace

TEST_CASE("without anything known a poll may go out") {
  Options options;
  Quota quota(options.request, options.quota);
  CHECK_FALSE(quota.hold(kNow, 4).has_value());
  quota.hold_until(kNow + 10);
  CHECK(quota.hold(kNow, 4)->until == kNow + 10);
  CHECK_FALSE(quota.hold(kNow + 10, 4).has_value());
}

TEST_CASE("a pause that the service asked for survives the run, for this service and bucket only") {
  const TemporaryFolder folder;
  Options options = with_state(folder);
  Quota(options.request, options.quota).hold_until(kNow + 60'000);
  const auto hold = Quota(options.request, options.quota).hold(kNow, 1);
  REQUIRE(hold.has_value());
  CHECK(hold->by_service);
  CHECK(hold->reason.find("asked for a pause until 2024-") != std::string::npos);
  Quota(options.request, options.quota).hold_until(kNow + 5);  // a shorter one changes nothing
  CHECK(Quota(options.request, options.quota).hold(kNow, 1)->until == kNow + 60'000);
  options.request.endpoint = Endpoint::flights;
  CHECK_FALSE(Quota(options.request, options.quota).hold(kNow, 1).has_value());
  options.request.endpoint = Endpoint::states;
  options.request.url = "http://127.0.0.1:1/api";
  CHECK_FALSE(Quota(options.request, options.quota).hold(kNow, 1).has_value());
}

TEST_CASE("a budget holds until its stretch of time is over, across runs") {
  const TemporaryFolder folder;
  Options options = with_state(folder);
  options.quota.budget = parse_budget("10");
  Quota(options.request, options.quota).spend(kNow, 4);
  Quota(options.request, options.quota).spend(kNow + 1, 4);
  Quota quota(options.request, options.quota);
  CHECK_FALSE(quota.hold(kNow + 2, 2).has_value());
  const auto hold = quota.hold(kNow + 2, 4);
  REQUIRE(hold.has_value());
  CHECK_FALSE(hold->by_service);
  CHECK(hold->until % 86'400 == 0);
  CHECK_FALSE(quota.hold(hold->until, 4).has_value());
  quota.spend(hold->until, 4);
  CHECK_FALSE(quota.hold(hold->until, 6).has_value());
}

TEST_CASE(
    "a run that paces itself goes on where the last one was, but no longer than its own pace") {
  const TemporaryFolder folder;
  Options options = with_state(folder);
  options.quota.budget = parse_budget("24");
  Quota(options.request, options.quota).next_poll_at(kNow + 3'000);
  Quota quota(options.request, options.quota);
  CHECK_FALSE(quota.hold(kNow, 1).has_value());
  REQUIRE(quota.hold_at_start(kNow, 1).has_value());
  CHECK(quota.hold_at_start(kNow, 1)->until == kNow + 3'000);
  CHECK_FALSE(quota.hold_at_start(kNow + 3'000, 1).has_value());
  quota.next_poll_at(kNow + 1'000'000);
  CHECK(quota.hold_at_start(kNow, 1)->until == kNow + 3'600);
}

TEST_CASE("two runs that share a folder count together") {
  const TemporaryFolder folder;
  Options options = with_state(folder);
  options.quota.budget = parse_budget("10");
  Quota first(options.request, options.quota);
  Quota second(options.request, options.quota);
  first.spend(kNow, 5);
  second.spend(kNow, 5);
  CHECK(first.hold(kNow, 1).has_value());
}

TEST_CASE("a damaged file is no reason to spend") {
  const TemporaryFolder folder;
  Options options;
  options.quota.state = folder.path();
  const std::string path = folder.write("states.json", "{\"not_before\":");
  CHECK_THROWS_AS((void)Quota(options.request, options.quota).hold(kNow, 1), base::Error);
  folder.write("states.json", "");
  CHECK_FALSE(Quota(options.request, options.quota).hold(kNow, 1).has_value());
  options.quota.state = path + "/below-a-file";
  CHECK_THROWS_AS(Quota(options.request, options.quota), base::Error);
}

}  // namespace cdckit::opensky_fetch
