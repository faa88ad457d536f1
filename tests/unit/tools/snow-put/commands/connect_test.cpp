#include "tools/snow-put/commands/connect.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("both services are reached alike") {
  const snow_put::Reach reach{{}, true, {}};
  CHECK(snow_put::sql_options(reach).user_agent.starts_with("snow-put/"));
  CHECK(snow_put::streaming_options(reach).allow_http);
  CHECK(snow_put::streaming_options(reach).on_retry);
}
