#include "tools/snow-put/sender.hpp"

#include "common/log/log.hpp"
#include "tests/unit/tools/snow-put/fake_transport.hpp"

#include <random>

#include <doctest/doctest.h>

using namespace cdckit;
using snow::StreamFault;
using snow_put::make_batch;
using std::chrono::milliseconds;

namespace {

const snow::PipeAddress kPipe{"D", "S", "P"};

struct Setup {
  snow_put::FakeService service;
  snow_put::FakeTransport transport{service};
  snow_put::Sender sender{transport, milliseconds(60'000)};
  Setup() { sender.open(1, kPipe, "c"); }
  [[nodiscard]] std::vector<std::string>& rows() { return service.channels.at("c").rows; }
};

base::ErrorKind failure_of(const std::function<void()>& step) {
  try {
    step();
  } catch (const base::Error& error) {
    return error.kind();
  }
  return base::ErrorKind::bug;
}

}  // namespace

TEST_CASE("batches settle when the token has passed them") {
  Setup setup;
  setup.service.commits = false;
  setup.sender.append(1, make_batch("a", "1"));
  setup.sender.append(1, make_batch("b", "2"));
  CHECK(setup.sender.poll().empty());
  CHECK(setup.sender.has_uncommitted());
  setup.service.commits = true;
  const auto groups = setup.sender.poll();
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].batches.size() == 2);
  CHECK(setup.rows() == std::vector<std::string>{"1", "2"});
  CHECK_FALSE(setup.sender.has_uncommitted());
}

TEST_CASE("a broken channel is opened again and what is not committed is sent again") {
  Setup setup;
  setup.service.commits = false;
  setup.sender.append(1, make_batch("a", "1"));
  setup.service.next_append_faults = {StreamFault::reopen};
  setup.sender.append(1, make_batch("b", "2"));
  setup.service.channels.at("c").code = "ERR_CHANNEL_MUST_BE_REOPENED";
  setup.service.commits = true;
  while (setup.sender.has_uncommitted()) setup.sender.poll();
  CHECK(setup.rows() == std::vector<std::string>{"1", "2"});
}

TEST_CASE("another writer ends it at once") {
  Setup setup;
  setup.transport.open(kPipe, "c");
  CHECK(failure_of([&] { setup.sender.append(1, make_batch("a")); }) ==
        base::ErrorKind::unavailable);
}

TEST_CASE("a token that is not ours means another writer, too") {
  Setup setup;
  setup.sender.append(1, make_batch("a"));
  setup.service.channels.at("c").accepted = {{"theirs", "x"}};
  CHECK(failure_of([&] { setup.sender.poll(); }) == base::ErrorKind::unavailable);
}

TEST_CASE("after revocation a new owner is expected") {
  Setup setup;
  setup.sender.release(1);
  setup.transport.open(kPipe, "c");
  CHECK(failure_of([&] { setup.sender.append(1, make_batch("a")); }) == base::ErrorKind::temporary);
}

TEST_CASE("a service that was out of reach may have been started anew") {
  Setup setup;
  setup.service.commits = false;
  setup.sender.append(1, make_batch("a", "1"));
  setup.transport.open(kPipe, "c");  // its sequencers are gone, and so are the rows
  ++setup.service.outages;
  setup.sender.append(1, make_batch("b", "2"));
  setup.service.commits = true;
  while (setup.sender.has_uncommitted()) setup.sender.poll();
  CHECK(setup.rows() == std::vector<std::string>{"1", "2"});
}

TEST_CASE("a channel that cannot be kept open is given up") {
  Setup setup;
  setup.service.next_append_faults.assign(10, StreamFault::reopen);
  CHECK(failure_of([&] { setup.sender.append(1, make_batch("a")); }) ==
        base::ErrorKind::unavailable);
}

TEST_CASE("a body that is too large settles without having been sent, in order") {
  Setup setup;
  setup.sender.append(1, make_batch("a", "1"));
  setup.service.next_append_faults = {StreamFault::too_large};
  setup.sender.append(1, make_batch("b", "2"));
  setup.sender.append(1, make_batch("c", "3"));
  const auto groups = setup.sender.poll();
  REQUIRE(groups.size() == 1);
  REQUIRE(groups[0].batches.size() == 3);
  CHECK(groups[0].batches[1]->too_large);
  CHECK(setup.rows() == std::vector<std::string>{"1", "3"});
}

TEST_CASE("row errors come with the batches that they were counted with") {
  Setup setup;
  setup.service.channels.at("c").errors = 2;
  setup.sender.append(1, make_batch("a"));
  const auto groups = setup.sender.poll();
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].row_errors == 2);
  setup.sender.append(1, make_batch("b"));
  CHECK(setup.sender.poll().at(0).row_errors == 0);
}

TEST_CASE("commits that never come end the wait") {
  snow_put::FakeService service;
  service.commits = false;
  snow_put::FakeTransport transport(service);
  snow_put::Sender sender(transport, milliseconds(0));
  sender.open(1, kPipe, "c");
  sender.append(1, make_batch("a"));
  CHECK(failure_of([&] { sender.poll(); }) == base::ErrorKind::temporary);
}

TEST_CASE("whatever breaks, every batch arrives once and in order") {
  log::configure({.level = log::Level::error});
  for (unsigned seed = 1; seed <= 30; ++seed) {
    std::mt19937 random(seed);
    Setup setup;
    std::vector<std::string> expected;
    for (int i = 0; i < 60; ++i) {
      const unsigned dice = static_cast<unsigned>(random()) % 10;
      setup.service.commits = dice != 0;
      if (dice == 1) setup.service.next_append_faults = {StreamFault::reopen};
      if (dice == 2) setup.service.channels.at("c").code = "STALE_PIPE_CACHE";
      if (dice > 5) setup.sender.poll();
      expected.push_back(std::to_string(i));
      setup.sender.append(1, make_batch("t" + std::to_string(i), expected.back()));
    }
    setup.service.commits = true;
    while (setup.sender.has_uncommitted()) setup.sender.poll();
    CHECK(setup.rows() == expected);
  }
}
