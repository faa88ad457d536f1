#include "tools/snow-put/target/sql_owner.hpp"

#include "tests/unit/support/snow_stub.hpp"

#include <atomic>
#include <chrono>
#include <thread>

#include <doctest/doctest.h>

using namespace cdckit;
using snow_put::SqlOwner;

namespace {

void take_until(SqlOwner& owner, const std::atomic<int>& count, int wanted) {
  while (count < wanted) {
    for (const SqlOwner::Done& done : owner.take()) done();
    std::this_thread::yield();
  }
}

}  // namespace

TEST_CASE("one slow piece of work holds up no other; results come to the thread that takes them") {
  const tests::SnowStub stub;
  SqlOwner owner(stub.settings(), {}, -1);
  std::atomic<int> done = 0;
  std::atomic<bool> held = true;
  const auto here = std::this_thread::get_id();
  bool on_this_thread = true;
  const auto work = [&](bool slow) {
    return [&, slow](snow::SqlApi& api) -> SqlOwner::Done {
      while (slow && held) std::this_thread::yield();
      api.run("SELECT 1");
      return [&] {
        on_this_thread = on_this_thread && std::this_thread::get_id() == here;
        ++done;
      };
    };
  };
  owner.submit(work(true));
  for (int i = 0; i < 10; ++i) owner.submit(work(false));
  take_until(owner, done, 10);
  held = false;
  take_until(owner, done, 11);
  CHECK(on_this_thread);
  CHECK_FALSE(owner.has_news());
}

TEST_CASE("what work throws comes out behind what was done before it") {
  const tests::SnowStub stub;
  SqlOwner owner(stub.settings(), {}, -1);
  std::atomic<int> done = 0;
  owner.submit([&](snow::SqlApi&) -> SqlOwner::Done { return [&] { ++done; }; });
  take_until(owner, done, 1);
  owner.submit([](snow::SqlApi&) -> SqlOwner::Done {
    throw base::Error(base::ErrorKind::temporary, "away");
  });
  while (!owner.has_news()) std::this_thread::yield();
  CHECK_THROWS_AS(owner.take(), base::Error);
  CHECK_THROWS_AS(owner.take(), base::Error);
}

TEST_CASE("an owner that goes waits for no slow statement") {
  std::atomic<bool> asked = false;
  std::atomic<bool> held = true;
  tests::SnowStub stub([&](const std::string&) {
    asked = true;
    while (held) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return tests::SqlReply{};
  });
  {
    SqlOwner owner(stub.settings(), {}, -1);
    owner.submit([](snow::SqlApi& api) -> SqlOwner::Done {
      api.run("SELECT 1");
      return [] {};
    });
    while (!asked) std::this_thread::yield();
  }
  CHECK(held);
  held = false;
}
