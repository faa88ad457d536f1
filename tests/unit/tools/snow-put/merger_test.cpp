#include "tools/snow-put/merger.hpp"

#include "tests/unit/support/snow_stub.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("tables are merged beside the caller; failures come out of take") {
  std::atomic<bool> broken = false;
  tests::SnowStub stub([&](const std::string& request) {
    if (broken) return tests::SqlReply{{}, {}, "003001"};
    if (request.find("DESCRIBE") == std::string::npos) return tests::SqlReply{};
    return tests::SqlReply{
        {"name", "type", "null?", "primary key"}, {{"ID", "FLOAT", "N", "Y"}}, ""};
  });
  snow_put::Merger merger(snow::SqlApi(stub.settings(), {}), {"D", "S", ""}, -1);
  CHECK(merger.idle());
  merger.request({"A", "B"});
  merger.wait_idle();
  CHECK(merger.take().size() == 2);
  broken = true;
  merger.request({"A"});
  merger.wait_idle();
  CHECK_THROWS_AS(merger.take(), snow::SqlError);
  CHECK(merger.take().empty());
}
