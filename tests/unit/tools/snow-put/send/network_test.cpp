#include "tools/snow-put/send/network.hpp"

#include "common/compress/zstd.hpp"
#include "tests/unit/support/snow_stub.hpp"
#include "tests/unit/tools/snow-put/channel/model_service.hpp"

#include <thread>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::snow_put;
using std::chrono::milliseconds;

namespace {

NetworkSettings settings_of(const tests::SnowStub& stub) {
  NetworkSettings settings;
  settings.connection = stub.settings();
  settings.streaming.retry = {milliseconds(1), milliseconds(5), milliseconds(3000)};
  settings.poll_every = milliseconds(1);
  return settings;
}

BatchPointer batch(std::uint64_t number) {
  BatchPointer made = model::make_batch(number, number);
  made->body = compress::zstd_decompress(made->frame);
  return made;
}

// Until `enough`, or for ten seconds.
News collect(Network& network, const std::function<bool(const News&)>& enough) {
  News all;
  for (int i = 0; i < 10'000 && !enough(all); ++i) {
    News news = network.take();
    for (auto& opened : news.opened) all.opened.push_back(std::move(opened));
    for (auto& group : news.committed) all.committed.push_back(std::move(group));
    std::this_thread::sleep_for(milliseconds(1));
  }
  return all;
}

News open(Network& network, std::size_t count) {
  for (ChannelId id = 0; id < count; ++id)
    network.open(id, {"D", "S", "P"}, "c" + std::to_string(id));
  return collect(network, [&](const News& news) { return news.opened.size() == count; });
}

base::ErrorKind failure_of(Network& network) {
  try {
    collect(network, [](const News&) { return false; });
  } catch (const base::Error& error) {
    return error.kind();
  }
  return base::ErrorKind::bug;
}

}  // namespace

TEST_CASE("channels open, take batches and settle") {
  tests::SnowStub stub;
  Network network(settings_of(stub));
  CHECK(open(network, 4).opened.size() == 4);
  for (ChannelId id = 0; id < 4; ++id) network.append(id, batch(1));
  const News news = collect(network, [](const News& got) { return got.committed.size() == 4; });
  CHECK(news.committed.size() == 4);
  CHECK(news.committed[0].settled.batches.size() == 1);
  CHECK(network.has_room(1));
}

TEST_CASE("a busy service and a token that ran out are nothing") {
  tests::SnowStub stub;
  Network network(settings_of(stub));
  open(network, 1);
  stub.fail_next("/rows", "429 Too Many Requests", "", 2);
  stub.fail_next("/rows", "401 Unauthorized", "", 1);
  stub.fail_next("/rows", "200 OK", "{\"next_con", 1);
  stub.fail_next(":bulk-channel-status", "503 Service Unavailable", "", 2);
  network.append(0, batch(1));
  CHECK(collect(network, [](const News& got) { return !got.committed.empty(); }).committed.size() ==
        1);
}

TEST_CASE("what ends it comes out of take") {
  tests::SnowStub stub;
  Network network(settings_of(stub));
  open(network, 1);
  stub.fail_next("/rows", "403 Forbidden", "", 10);
  network.append(0, batch(1));
  CHECK(failure_of(network) == base::ErrorKind::permission);
}

TEST_CASE("another writer ends it") {
  tests::SnowStub stub;
  Network network(settings_of(stub));
  open(network, 1);
  stub.fail_next("/rows", "400 Bad Request", R"({"code":"STALE_CONTINUATION_TOKEN_SEQUENCER"})", 1);
  network.append(0, batch(1));
  CHECK(failure_of(network) == base::ErrorKind::unavailable);
}

TEST_CASE("a table that changed: its channel is opened anew") {
  tests::SnowStub stub;
  Network network(settings_of(stub));
  open(network, 1);
  network.reopen(0);
  CHECK(collect(network, [](const News& got) { return !got.opened.empty(); }).opened.size() == 1);
  network.forget(0);
}

TEST_CASE("who waits for nothing else asks more often") {
  tests::SnowStub stub;
  NetworkSettings settings = settings_of(stub);
  settings.poll_every = std::chrono::hours(1);
  Network network(settings);
  open(network, 1);
  network.append(0, batch(1));
  network.hurry(true);
  CHECK(collect(network, [](const News& got) { return !got.committed.empty(); }).committed.size() ==
        1);
}

TEST_CASE("a wrong login is said at once") {
  tests::SnowStub stub;
  stub.fail_next("/oauth/token", "401 Unauthorized", "", 2);
  CHECK_THROWS_AS(Network{settings_of(stub)}, base::Error);
}
