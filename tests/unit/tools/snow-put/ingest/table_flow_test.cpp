#include "tools/snow-put/ingest/table_flow.hpp"

#include "tests/unit/support/snow_stub.hpp"

#include <atomic>
#include <thread>

#include <doctest/doctest.h>

using namespace cdckit;
using snow_put::ParkedLine;
using snow_put::Shards;
using snow_put::TableFlow;
using std::chrono::milliseconds;

namespace {

event::TableSchema schema(const std::string& table, bool wide = false) {
  event::TableSchema out{"s", table, "default", {"id"}, {{"id", "integer", 0, -1, false}}};
  if (wide) out.columns.push_back({"extra", "integer", 0, -1, true});
  return out;
}

// Table BAD cannot be made; the others are there and grow.
struct Setup {
  std::atomic<bool> grown = false;
  std::atomic<bool> bad_is_there = false;
  tests::SnowStub stub{[this](const std::string& request) {
    const bool bad = request.find("BAD") != std::string::npos;
    if (bad && request.find("DESCRIBE") != std::string::npos && !bad_is_there)
      return tests::SqlReply{{}, {}, "002003"};
    if (bad && request.find("CREATE TABLE") != std::string::npos && !bad_is_there)
      return tests::SqlReply{{}, {}, "003001"};
    if (request.find("ADD COLUMN") != std::string::npos) grown = true;
    if (request.find("DESCRIBE") == std::string::npos) return tests::SqlReply{{"name"}, {}, ""};
    std::vector<std::vector<std::string>> columns = {{"ID", "NUMBER(10,0)", "N", "Y", "key 1"}};
    if (grown) columns.push_back({"EXTRA", "NUMBER(10,0)", "Y", "N", ""});
    return tests::SqlReply{{"name", "type", "null?", "primary key", "comment"}, columns, ""};
  }};
  snow_put::NetworkSettings network_settings() const {
    snow_put::NetworkSettings settings;
    settings.connection = stub.settings();
    settings.poll_every = milliseconds(1);
    return settings;
  }
  static snow_put::TargetSettings target_settings() {
    snow_put::TargetSettings settings;
    settings.create = true;
    settings.adds_columns = true;
    return settings;
  }
  snow_put::TargetCatalog catalog{snow_put::TableKeeper(target_settings(), {"CDC", "RAW"})};
  snow_put::Network network{network_settings()};
  snow_put::SqlOwner sql{stub.settings(), {}, -1};
  snow_put::Channels channels{catalog, network, sql, {"p", 1, false}};
  std::vector<std::string> taken;
  TableFlow tables{catalog, channels, sql, [this](const ParkedLine& line) { return take(line); }};

  Setup() {
    channels.on_wait([this] { settle(); });
  }
  // The line is the table's name; what it has of columns then is noted.
  bool take(const ParkedLine& line) {
    Shards& shards = of(line.text);
    if (!channels.open(shards)) return false;
    taken.push_back(line.text + std::to_string(line.sequence) + ":" +
                    std::to_string(shards.target->description.columns.size()));
    return true;
  }
  Shards& of(const std::string& table) { return channels.for_event({"s", table, "", "", ""}); }
  void line(const std::string& table, std::uint64_t sequence) {
    tables.park(*of(table).target, 0, sequence, table);
  }
  void settle() {
    std::this_thread::sleep_for(milliseconds(1));
    snow_put::News news = network.take();
    channels.opened(news.opened);
    for (auto& group : news.committed) channels.by_id(group.channel).settle(group.settled.batches);
    for (const snow_put::SqlOwner::Done& done : sql.take()) done();
    tables.advance();
  }
  void pass() {
    while (!tables.idle()) settle();
  }
};

}  // namespace

TEST_CASE("lines wait in order until their table is there and its channels are open") {
  Setup setup;
  setup.tables.learn(schema("a"));
  setup.line("a", 1);
  setup.line("a", 2);
  CHECK_FALSE(TableFlow::takes(setup.of("a")));
  CHECK(setup.tables.oldest() == 1);
  setup.pass();
  CHECK(setup.taken == std::vector<std::string>{"a1:1", "a2:1"});
  CHECK(setup.tables.oldest() == std::numeric_limits<std::uint64_t>::max());
  CHECK(TableFlow::takes(setup.of("a")));
}

TEST_CASE("a schema line keeps its place among them: rows before it see the table as it was") {
  Setup setup;
  setup.tables.learn(schema("a"));
  setup.line("a", 1);
  setup.tables.learn(schema("a", true));
  setup.line("a", 2);
  setup.pass();
  CHECK(setup.taken == std::vector<std::string>{"a1:1", "a2:2"});
  CHECK(setup.grown);
  CHECK(setup.of("a").target->broken.empty());
}

TEST_CASE("what is on its way is committed before a table changes") {
  Setup setup;
  setup.tables.learn(schema("a"));
  setup.line("a", 1);
  setup.pass();
  snow_put::ChannelWriter& writer = setup.of("a").of("");
  writer.begin_row() += "{}\n";
  writer.end_row({1, {event::Origin::stream, {1, 1}, 0}, 0}, 0, "", 1);
  setup.tables.learn(schema("a", true));
  CHECK_FALSE(TableFlow::takes(setup.of("a")));
  CHECK_FALSE(setup.grown);
  setup.pass();
  CHECK(writer.empty());
  CHECK(writer.ready);
  CHECK(setup.grown);
}

TEST_CASE("a table that is refused is stopped alone, and may be made at its next schema") {
  Setup setup;
  setup.tables.learn(schema("bad"));
  setup.tables.learn(schema("a"));
  setup.line("bad", 1);
  setup.line("a", 2);
  setup.pass();
  REQUIRE(setup.of("bad").target->failure);
  CHECK(setup.of("bad").writers.empty());
  CHECK(setup.of("a").target->broken.empty());
  CHECK(setup.of("a").writers.size() == 1);
  setup.bad_is_there = true;
  setup.tables.learn(schema("bad", true));
  setup.line("bad", 3);
  setup.pass();
  CHECK(setup.of("bad").target->broken.empty());
  CHECK(setup.of("bad").writers.size() == 1);
}

TEST_CASE("the lines that wait are bounded") {
  Setup setup;
  CHECK(setup.tables.has_room(1U << 30U));  // one always may
  setup.line("a", 1);
  CHECK(setup.tables.has_room(1000));
  CHECK_FALSE(setup.tables.has_room(1U << 30U));
  setup.pass();
}
