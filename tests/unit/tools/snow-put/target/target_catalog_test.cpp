#include "tools/snow-put/target/target_catalog.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using snow_put::TableKeeper;
using snow_put::Target;
using snow_put::TargetCatalog;

namespace {

event::TableSchema schema(const std::string& type = "integer") {
  return {"public", "t", "default", {"id"}, {{"id", type, 0, -1, false}}};
}

TargetCatalog catalog(const snow_put::TargetSettings& settings) {
  return TargetCatalog(TableKeeper(settings, {"CDC", "RAW"}));
}

snow_put::TableState known() {
  snow_put::TableState state;
  state.description.columns.push_back(
      {"ID", "NUMBER(10,0)", snow::parse_column_type("NUMBER(10,0)"), false, true, "key 1"});
  return state;
}

}  // namespace

TEST_CASE("where tables live") {
  snow::ConnectionSettings settings;
  CHECK_THROWS_AS(snow_put::place_of("", "", settings), base::Error);
  settings.database = "CDC";
  CHECK(snow_put::place_of("", "raw", settings).schema == "RAW");
}

TEST_CASE("a source has one target; a schema line makes it where tables are made") {
  TargetCatalog found = catalog({});
  CHECK(found.learn(schema()) == nullptr);
  Target& target = found.for_events("public", "t");
  CHECK(&found.for_events("public", "t") == &target);
  CHECK(target.pipe.pipe == "T_JOURNAL-STREAMING");
  CHECK(target.shape == schema());
  CHECK(found.learn(schema()) == nullptr);  // as before
  CHECK(found.learn(schema("bigint")) == &target);
  snow_put::TargetSettings making;
  making.create = true;
  TargetCatalog made = catalog(making);
  CHECK(made.learn(schema()) == &made.for_events("public", "t"));
}

TEST_CASE("what is found out of a table comes in; the shape in force says how values are read") {
  TargetCatalog targets = catalog({});
  Target& target = targets.for_events("public", "t");
  CHECK_FALSE(targets.settles(target, schema()));  // nothing is known of its table
  targets.install(target, known());
  CHECK(target.known);
  CHECK(target.encoder);
  CHECK(targets.settles(target, schema()));
  CHECK_FALSE(targets.settles(target, schema("bigint")));
  CHECK(target.shape == schema("bigint"));
  CHECK(targets.mirrors().empty());
  snow_put::TableState state = known();
  state.mergeable = true;
  targets.install(target, state);
  CHECK(targets.mirrors() == std::vector<std::string>{"T"});
}

TEST_CASE("plain rows go to --table") {
  TargetCatalog nowhere = catalog({});
  CHECK_THROWS_AS(nowhere.for_rows(), base::Error);
  snow_put::TargetSettings settings;
  settings.tables = {"t"};
  TargetCatalog targets = catalog(settings);
  CHECK(targets.for_rows().pipe.pipe == "T-STREAMING");
  CHECK(targets.for_rows().of_rows);
}
