#include "tools/walcat/commands/requirements.hpp"

#include <algorithm>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

namespace {

Facts good() {
  Facts facts;
  facts.version = 170'007;
  facts.database = "db";
  facts.user = "app";
  facts.encoding = "UTF8";
  facts.wal_level = "logical";
  facts.slots_most = 10;
  facts.senders_most = 10;
  facts.replication = true;
  facts.publications = {"cdckit"};
  facts.tables = {{"public", "t", true, true}};
  facts.identities = {{.name = "public.t", .primary_key = true}};
  return facts;
}

SlotInfo slot_of(const std::string& database) {
  SlotInfo slot;
  slot.exists = true;
  slot.plugin = "pgoutput";
  slot.database = database;
  slot.wal_status = "reserved";
  return slot;
}

std::vector<Requirement> failed(const Facts& facts, const Wanted& wanted = {}) {
  auto lines = judge(facts, wanted);
  std::erase_if(lines, [](const auto& line) { return line.ok; });
  return lines;
}

// The one line that is not ok.
Requirement only(const Facts& facts, const Wanted& wanted = {}) {
  const auto lines = failed(facts, wanted);
  REQUIRE(lines.size() == 1);
  CHECK_FALSE(lines[0].hint.empty());
  return lines[0];
}

bool warns(const Facts& facts, const Wanted& wanted, const std::string& check) {
  const auto lines = judge(facts, wanted);
  return std::any_of(lines.begin(), lines.end(), [&](const auto& line) {
    return line.check == check && line.ok && !line.hint.empty();
  });
}

}  // namespace

TEST_CASE("nothing is wrong with a server that has everything") {
  CHECK(failed(good()).empty());
  CHECK(judge(good(), {}).size() >= 9);
}

TEST_CASE("all that is missing is named, not only the first") {
  Facts facts;
  facts.version = 140'000;
  facts.encoding = "SQL_ASCII";
  facts.wal_level = "replica";
  const auto lines = failed(facts);
  const auto names = [&] {
    std::string all;
    for (const auto& line : lines) all += line.check + " ";
    return all;
  }();
  CHECK(names ==
        "version encoding wal_level role max_replication_slots max_wal_senders publication ");
}

TEST_CASE("each requirement has its own line, kind and hint") {
  Facts facts = good();
  SUBCASE("role") {
    facts.replication = false;
    CHECK(only(facts).kind == base::ErrorKind::permission);
    facts.superuser = true;
    CHECK(failed(facts).empty());
  }
  SUBCASE("slots are only needed for a new one") {
    facts.slots_used = 10;
    CHECK(only(facts).check == "max_replication_slots");
    facts.slot = slot_of("db");
    CHECK(failed(facts, {.slot = "s"}).empty());
  }
  SUBCASE("senders") {
    facts.senders_used = 10;
    CHECK(only(facts).check == "max_wal_senders");
  }
  SUBCASE("rights count for a snapshot") {
    facts.tables = {{"s", "t", false, false}, {"s", "u", true, false}};
    const auto lines = failed(facts);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].hint.find("GRANT USAGE ON SCHEMA \"s\" TO \"app\"") != std::string::npos);
    CHECK(lines[1].hint == "For the snapshot: GRANT SELECT ON \"s\".\"u\" TO \"app\";");
    CHECK(failed(facts, {.snapshot = false}).empty());
  }
  SUBCASE("open transactions") {
    facts.blockers = {{.pid = "12", .user = "u", .age = std::chrono::seconds(9)}};
    CHECK(only(facts).detail == "process 12 (u, for 9s)");
    CHECK(only(facts).kind == base::ErrorKind::temporary);
    facts.slot = slot_of("db");
    CHECK(failed(facts, {.slot = "s"}).empty());
  }
  SUBCASE("failover slots") {
    CHECK(failed(facts, {.failover = true}).empty());
    facts.version = 160'000;
    CHECK(only(facts, {.failover = true}).check == "failover");
  }
}

TEST_CASE("identities: none, an index beside the key, full, inserts only") {
  Facts facts = good();
  auto& table = facts.identities[0];
  table.primary_key = false;
  CHECK(only(facts).check == "identity");
  table.publishes_keys = false;
  CHECK(failed(facts).empty());
  table.publishes_keys = true;
  table.identity = 'f';
  CHECK(failed(facts).empty());
  table.identity = 'n';
  CHECK(only(facts).check == "identity");
  table.identity = 'i';
  CHECK(only(facts).check == "identity");  // its index was dropped
  table.index = true;
  CHECK(failed(facts).empty());
  CHECK_FALSE(warns(facts, {}, "identity"));
  table.primary_key = true;
  CHECK(failed(facts).empty());
  CHECK(warns(facts, {}, "identity"));
}

TEST_CASE("publications: there, missing, to be made, not allowed") {
  Facts facts = good();
  CHECK(only(facts, {.publications = {"cdckit", "x", "cdckit"}}).detail == "x does not exist");
  facts.publications.clear();
  CHECK(only(facts).hint.find("CREATE PUBLICATION \"cdckit\"") != std::string::npos);
  CHECK(only(facts, {.create = true}).kind == base::ErrorKind::permission);
  facts.may_create = true;
  CHECK(only(facts, {.create = true}).hint.find("superuser") != std::string::npos);
  CHECK(failed(facts, {.create = true, .all_tables = false}).empty());
  facts.superuser = true;
  CHECK(failed(facts, {.create = true}).empty());
}

TEST_CASE("a named slot") {
  Facts facts = good();
  const Wanted wanted{.slot = "s"};
  CHECK(only(facts, wanted).detail == "s does not exist");
  CHECK(failed(facts, {.slot = "s", .create = true}).empty());
  facts.slot = slot_of("db");
  CHECK(warns(facts, wanted, "max_slot_wal_keep_size"));
  facts.slot.active_pid = "77";
  CHECK(only(facts, wanted).kind == base::ErrorKind::temporary);
  facts.slot.wal_status = "lost";
  facts.slot.invalidation_reason = "idle_timeout";
  CHECK(only(facts, wanted).detail == "s is lost: idle_timeout");
  facts.slot = slot_of("other");
  CHECK(only(facts, wanted).detail == "s belongs to database other");
  facts.slot.plugin = "test_decoding";
  CHECK(only(facts, wanted).detail == "s uses the plugin test_decoding");
  facts.slot.plugin.clear();
  facts.slot.type = "physical";
  CHECK(only(facts, wanted).detail == "s is a physical slot");
}
