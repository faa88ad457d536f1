#include "tools/snow-put/ingest/channels.hpp"

#include "common/base/error.hpp"
#include "tests/unit/support/snow_stub.hpp"

#include <atomic>
#include <limits>
#include <set>
#include <thread>

#include <doctest/doctest.h>

using namespace cdckit;
using event::Origin;
using snow_put::ChannelWriter;
using std::chrono::milliseconds;

namespace {

constexpr auto kNothing = std::numeric_limits<std::uint64_t>::max();

snow_put::NetworkSettings network_settings(const tests::SnowStub& stub) {
  snow_put::NetworkSettings settings;
  settings.connection = stub.settings();
  settings.streaming.retry = {milliseconds(1), milliseconds(5), milliseconds(3000)};
  settings.poll_every = milliseconds(1);
  return settings;
}

struct Setup {
  std::vector<std::vector<std::string>> known;  // SHOW CHANNELS
  std::atomic<bool> refuse_names = false;
  tests::SnowStub stub{[this](const std::string& request) {
    if (refuse_names && request.find("SHOW CHANNELS") != std::string::npos)
      return tests::SqlReply{{}, {}, "003001"};
    if (request.find("SHOW CHANNELS") != std::string::npos)
      return tests::SqlReply{{"name"}, known, ""};
    return tests::SqlReply{
        {"name", "type", "null?", "primary key"}, {{"ID", "FLOAT", "N", "Y"}}, ""};
  }};
  snow::SqlApi api{stub.settings(), {}};
  snow_put::TargetCatalog catalog{snow_put::TableKeeper({}, {"CDC", "RAW"})};
  snow_put::Network network{network_settings(stub)};
  snow_put::SqlOwner sql{stub.settings(), {}, -1};
  snow_put::Channels channels;

  explicit Setup(unsigned shards = 1) : channels(catalog, network, sql, {"p", shards, false}) {
    channels.on_wait([this] { settle(); });
  }
  void look_at(snow_put::Target& target) {
    if (!target.known) catalog.install(target, catalog.keeper().prepare(api, target, std::nullopt));
  }
  snow_put::Shards& opened(snow_put::Shards& shards) {
    look_at(*shards.target);
    while (!channels.open(shards)) {
      settle();
      channels.drop_closed();
    }
    return shards;
  }
  void drain(const snow_put::Target& target) {
    channels.flush(target);
    while (!channels.is_empty(target)) settle();
  }
  void add(ChannelWriter& writer, std::uint64_t number) {
    writer.begin_row() += "{}\n";
    writer.end_row({number, {Origin::stream, {number, 1}, 0}, 0}, 0, "", number);
  }
  void settle() {
    std::this_thread::sleep_for(milliseconds(1));
    snow_put::News news = network.take();
    channels.opened(news.opened);
    for (const snow_put::SqlOwner::Done& done : sql.take()) done();
    for (auto& group : news.committed) channels.by_id(group.channel).settle(group.settled.batches);
  }
  ChannelWriter& direct(std::string_view key = {}) {
    return opened(channels.for_event({"public", "t", "", "", key})).of(key);
  }
  ChannelWriter& partition(std::string_view number) {
    return opened(channels.for_event({"public", "t", "topic.a", number, ""})).of("");
  }
};

}  // namespace

TEST_CASE("one channel a table without Kafka, one a partition with it") {
  Setup setup;
  ChannelWriter& direct = setup.direct();
  CHECK(direct.name == "p_public.t");
  CHECK(&setup.direct() == &direct);
  ChannelWriter& first = setup.partition("0");
  ChannelWriter& second = setup.partition("1");
  CHECK(first.name == "p_topic.a_0");
  CHECK(second.name == "p_topic.a_1");
  CHECK(second.partition == 1);
  CHECK(first.target == second.target);
  CHECK(&setup.direct() == &direct);
}

TEST_CASE("several channels a table: each key has its own") {
  Setup setup(4);
  std::set<std::string> names;
  for (int i = 0; i < 100; ++i)
    names.insert(setup.direct("{\"id\":" + std::to_string(i) + "}").name);
  CHECK(names == std::set<std::string>{
                     "p_public.t_0of4", "p_public.t_1of4", "p_public.t_2of4", "p_public.t_3of4"});
  CHECK(setup.direct().name == "p_public.t_0of4");
}

TEST_CASE("channels of another number are asked for what they have") {
  Setup setup;
  {
    ChannelWriter& writer = setup.direct();
    setup.add(writer, 7);
    setup.drain(*writer.target);
  }
  setup.known = {{"p_public.t"}, {"p_public.t_old"}};
  snow_put::Network network(network_settings(setup.stub));
  snow_put::Channels more(setup.catalog, network, setup.sql, {"p", 2, false});
  auto& shards = more.for_event({"public", "t", "", "", ""});
  while (!more.open(shards)) {
    std::this_thread::sleep_for(milliseconds(1));
    more.opened(network.take().opened);
    for (const snow_put::SqlOwner::Done& done : setup.sql.take()) done();
    more.drop_closed();
  }
  more.drop_closed();
  CHECK(shards.writers.size() == 2);
  CHECK(shards.old.cover("x", {Origin::stream, {7, 1}, 0}));
  CHECK_FALSE(shards.old.cover("x", {Origin::stream, {8, 1}, 0}));
  CHECK(more.all().size() == 2);
}

TEST_CASE("revoked channels are flushed and forgotten, and open anew when they come back") {
  Setup setup;
  ChannelWriter& writer = setup.partition("0");
  setup.add(writer, 1);
  CHECK(setup.channels.has_open_batch());
  CHECK(setup.channels.oldest_outstanding() == 1);
  setup.channels.revoke({{"topic.a", 1}});
  CHECK(setup.channels.has_open_batch());
  setup.channels.revoke({{"topic.a", 0}});
  CHECK_FALSE(setup.channels.has_open_batch());
  ChannelWriter& again = setup.partition("0");
  CHECK(again.marks.cover({Origin::stream, {1, 1}, 0}));
  CHECK(setup.channels.all().size() == 1);
  CHECK(setup.channels.oldest_outstanding() == kNothing);
}

TEST_CASE("many channels share the room of open bodies") {
  Setup few(2);
  CHECK(few.direct().body_limit == snow_put::kLargestBody);
  Setup many(8);
  many.direct();
  std::size_t room = 0;
  for (const ChannelWriter* writer : many.channels.all()) room += writer->body_limit;
  CHECK(room <= snow_put::kOpenBodies);
  Setup most(100);
  CHECK(most.direct().body_limit == snow_put::kSmallestBody);
}

TEST_CASE("only batches that are old enough go out") {
  Setup setup;
  setup.add(setup.direct(), 1);
  setup.channels.flush_opened_before(std::chrono::steady_clock::now() - std::chrono::hours(1));
  CHECK(setup.channels.has_open_batch());
  setup.channels.flush_opened_before(std::chrono::steady_clock::now());
  CHECK_FALSE(setup.channels.has_open_batch());
}

TEST_CASE("a table that changes: empty before, open again behind") {
  Setup setup;
  ChannelWriter& writer = setup.direct();
  setup.add(writer, 1);
  setup.drain(*writer.target);
  CHECK(writer.empty());
  setup.channels.reopen(*writer.target);
  CHECK_FALSE(setup.channels.is_open(*writer.target));
  while (!setup.channels.is_open(*writer.target)) setup.settle();
  CHECK(writer.ready);
  CHECK(writer.marks.cover({Origin::stream, {1, 1}, 0}));
}

TEST_CASE("a table that was stopped has no channels until it may go on") {
  Setup setup;
  auto& shards = setup.channels.for_event({"public", "t", "", "", ""});
  snow_put::TableState stopped;
  stopped.stop(base::Error(base::ErrorKind::unavailable, "refused"));
  setup.catalog.install(*shards.target, stopped);
  CHECK(setup.channels.open(shards));
  CHECK(shards.writers.empty());
  shards.target->known = false;
  setup.channels.open_again(*shards.target);
  CHECK(setup.direct().name == "p_public.t");
}

TEST_CASE("where channels cannot be listed that table is stopped") {
  Setup setup;
  setup.refuse_names = true;
  ChannelWriter& writer = setup.direct();
  CHECK(writer.target->failure);
  CHECK(writer.target->broken.find("which channels") != std::string::npos);
}
