#include "tools/snow-put/target_catalog.hpp"

#include "tests/unit/support/snow_stub.hpp"

#include <set>

#include <doctest/doctest.h>

using namespace cdckit;
using snow_put::TargetCatalog;

namespace {

// A server that knows which tables exist and lets them be made and grown.
class Tables {
 public:
  tests::SqlReply operator()(const std::string& request) {
    const bool describes = request.find("DESCRIBE TABLE") != std::string::npos;
    const std::string name = request.find("_JOURNAL") != std::string::npos ? "T_JOURNAL" : "T";
    if (request.find("CREATE TABLE") != std::string::npos) present.insert(name);
    if (request.find("ADD COLUMN") != std::string::npos)
      columns.push_back({"EXTRA", "NUMBER(10,0)", "Y", "N", ""});
    if (!describes) return {};
    if (!present.contains(name)) return {{}, {}, "002003"};
    return {{"name", "type", "null?", "primary key", "comment"}, columns, ""};
  }
  std::set<std::string> present;
  std::vector<std::vector<std::string>> columns = {{"ID", "NUMBER(10,0)", "N", "Y", "key 1"}};
};

event::TableSchema schema(const std::string& type = "integer") {
  return {"public", "t", "default", {"id"}, {{"id", type, 0, -1, false}}};
}

struct Setup {
  Tables tables;
  tests::SnowStub stub{[this](const std::string& request) { return tables(request); }};
  snow_put::Options options;
  snow::SqlApi api{stub.settings(), {}};
  Setup() { options.merge_every = std::chrono::milliseconds(0); }
  TargetCatalog catalog() { return {options, {"CDC", "RAW"}, api}; }
};

}  // namespace

TEST_CASE("where tables live") {
  snow_put::Options options;
  snow::ConnectionSettings settings;
  CHECK_THROWS_AS(snow_put::place_of(options, settings), base::Error);
  settings.database = "CDC";
  options.schema = "raw";
  CHECK(snow_put::place_of(options, settings).schema == "RAW");
}

TEST_CASE("a missing table is created only when that was asked for, from a schema line") {
  Setup setup;
  auto reluctant = setup.catalog();
  reluctant.learn(schema());
  CHECK_THROWS_AS(reluctant.for_events("public", "t"), base::Error);
  setup.options.create = true;
  auto ignorant = setup.catalog();
  CHECK_THROWS_AS(ignorant.for_events("public", "t"), base::Error);
  auto catalog = setup.catalog();
  catalog.learn(schema());
  const snow_put::Target& target = catalog.for_events("public", "t");
  CHECK(target.pipe.pipe == "T_JOURNAL-STREAMING");
  CHECK(target.mergeable);
  CHECK(setup.tables.present == std::set<std::string>{"T", "T_JOURNAL"});
  CHECK(&catalog.for_events("public", "t") == &target);
}

TEST_CASE("schema changes: a new column is added or makes the rows bad, a type must fit") {
  Setup setup;
  setup.tables.present = {"T_JOURNAL"};
  auto catalog = setup.catalog();
  catalog.learn(schema());
  const snow_put::Target& target = catalog.for_events("public", "t");
  CHECK(target.broken.empty());
  event::TableSchema wider = schema();
  wider.columns.push_back({"extra", "integer", 0, -1, true});
  catalog.learn(wider);
  CHECK(target.broken.find("EXTRA") != std::string::npos);
  catalog.learn(schema("bigint"));
  CHECK(target.broken.find("NUMBER(19,0)") != std::string::npos);
  setup.options.evolve = "add";
  catalog.learn(wider);
  CHECK(target.broken.empty());
  CHECK(target.description.find("EXTRA") != nullptr);
}

TEST_CASE("plain rows need a table that is there") {
  Setup setup;
  auto nowhere = setup.catalog();
  CHECK_THROWS_AS(nowhere.for_rows(), base::Error);
  setup.options.tables = {"t"};
  auto catalog = setup.catalog();
  CHECK_THROWS_AS(catalog.for_rows(), base::Error);
  setup.tables.present = {"T"};
  CHECK(catalog.for_rows().pipe.pipe == "T-STREAMING");
}
