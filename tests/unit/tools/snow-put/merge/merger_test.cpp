#include "tools/snow-put/merge/merger.hpp"

#include "tests/unit/support/snow_stub.hpp"

#include <atomic>

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("tables are merged beside the caller; failures end nothing") {
  std::atomic<bool> broken = false;
  tests::SnowStub stub([&](const std::string& request) {
    if (broken) return tests::SqlReply{{}, {}, "003001"};
    if (request.find("_CDC_STATE") != std::string::npos)
      return tests::SqlReply{{}, {}, "002003"};  // no state: whole journals
    if (request.find("DESCRIBE") == std::string::npos) return tests::SqlReply{};
    return tests::SqlReply{
        {"name", "type", "null?", "primary key"}, {{"ID", "FLOAT", "N", "Y"}}, ""};
  });
  snow_put::Merger merger(snow::SqlApi(stub.settings(), {}), -1);
  CHECK(merger.idle());
  snow_put::FoldRequest fold;
  fold.state = {"D", "S", "_CDC_STATE"};
  fold.mirrors = {{"D", "S", "A"}, {"D", "S", "B"}};
  merger.request(fold);
  merger.wait_idle();
  CHECK(merger.take().size() == 2);
  CHECK(merger.take_unfinished().empty());
  broken = true;
  merger.request(fold);
  merger.wait_idle();
  CHECK(merger.take().empty());
  CHECK(merger.take_unfinished().size() == 2);
  std::atomic<int> ran = 0;
  merger.request("fail", [&](snow::SqlApi& api) {
    ++ran;
    api.run("SELECT 1");
  });
  merger.wait_idle();
  CHECK(ran == 1);
}
