#include "tools/snow-put/target/table_keeper.hpp"

#include "tests/unit/support/snow_stub.hpp"

#include <set>

#include <doctest/doctest.h>

using namespace cdckit;
using snow_put::TableKeeper;
using snow_put::TableState;

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
    if (request.find("SET DATA TYPE") != std::string::npos) widened = true;
    if (!describes) return {};
    if (!present.contains(name)) return {{}, {}, "002003"};
    return {{"name", "type", "null?", "primary key", "comment"}, columns, ""};
  }
  bool widened = false;
  std::set<std::string> present;
  std::vector<std::vector<std::string>> columns = {{"ID", "NUMBER(10,0)", "N", "Y", "key 1"}};
};

event::TableSchema schema(const std::string& type = "integer") {
  return {"public", "t", "default", {"id"}, {{"id", type, 0, -1, false}}};
}

struct Setup {
  Tables tables;
  tests::SnowStub stub{[this](const std::string& request) { return tables(request); }};
  snow_put::TargetSettings options;
  snow::SqlApi api{stub.settings(), {}};
  const snow_put::TableIdentity journal{
      {"public", "t"}, "T", {"CDC", "RAW", "T_JOURNAL"}, {}, false};
  const snow_put::TableIdentity rows{{}, "T", {"CDC", "RAW", "T"}, {}, true};
  [[nodiscard]] TableKeeper keeper() const { return TableKeeper(options, {"CDC", "RAW"}); }
};

}  // namespace

TEST_CASE("a missing table is created only when that was asked for, from a schema line") {
  Setup setup;
  const TableState reluctant = setup.keeper().prepare(setup.api, setup.journal, schema());
  REQUIRE(reluctant.failure);
  CHECK(reluctant.failure->kind() == base::ErrorKind::unavailable);
  setup.options.create = true;
  CHECK(setup.keeper().prepare(setup.api, setup.journal, std::nullopt).failure);
  const TableState made = setup.keeper().prepare(setup.api, setup.journal, schema());
  CHECK_FALSE(made.failure);
  CHECK(made.broken.empty());
  CHECK(made.mergeable);
  CHECK(made.fresh);
  CHECK(made.key == std::vector<std::string>{"ID"});
  CHECK(setup.tables.present == std::set<std::string>{"T", "T_JOURNAL"});
}

TEST_CASE("what the service refuses stops the table, what concerns all of them is thrown") {
  std::string code = "003001";
  tests::SnowStub stub([&](const std::string& request) {
    return request.find("DESCRIBE") != std::string::npos ? tests::SqlReply{{}, {}, "002003"}
                                                         : tests::SqlReply{{}, {}, code};
  });
  Setup setup;
  setup.options.create = true;
  snow::SqlApi api(stub.settings(), {});
  const TableState state = setup.keeper().prepare(api, setup.journal, schema());
  REQUIRE(state.failure);
  CHECK(state.broken.find("003001") != std::string::npos);
  CHECK_FALSE(state.mergeable);
  code = "001003";  // a mistake in a statement is no bad line
  CHECK(setup.keeper().prepare(api, setup.journal, schema()).failure->kind() ==
        base::ErrorKind::unavailable);
  stub.fail_next("/statements", "401 Unauthorized", R"({"code":"390144","message":"no"})", 9);
  CHECK_THROWS_AS((void)setup.keeper().prepare(api, setup.journal, schema()), base::Error);
}

TEST_CASE("schema changes: a new column is added or makes the rows bad, a type must fit") {
  Setup setup;
  setup.tables.present = {"T_JOURNAL"};
  TableState state = setup.keeper().prepare(setup.api, setup.journal, schema());
  CHECK(state.broken.empty());
  event::TableSchema wider = schema();
  wider.columns.push_back({"extra", "integer", 0, -1, true});
  CHECK_FALSE(setup.keeper().settles(setup.journal, state, wider));
  state = setup.keeper().follow(setup.api, setup.journal, state, wider);
  CHECK(state.broken.find("EXTRA") != std::string::npos);
  CHECK(setup.keeper().settles(setup.journal, state, schema()));
  CHECK(state.broken.empty());
  CHECK(setup.keeper().settles(setup.journal, state, wider));  // known by now
  CHECK_FALSE(state.broken.empty());
  state = setup.keeper().follow(setup.api, setup.journal, state, schema("bigint"));
  CHECK(state.broken.find("NUMBER(19,0)") != std::string::npos);
  setup.options.adds_columns = true;
  state = setup.keeper().prepare(setup.api, setup.journal, schema());
  state = setup.keeper().follow(setup.api, setup.journal, state, wider);
  CHECK(state.broken.empty());
  CHECK(state.description.find("EXTRA") != nullptr);
  state = setup.keeper().follow(setup.api, setup.journal, state, schema("bigint"));
  CHECK(setup.tables.widened);
}

TEST_CASE("a key that changed at the source stops that table alone") {
  Setup setup;
  setup.tables.present = {"T_JOURNAL"};
  TableState state = setup.keeper().prepare(setup.api, setup.journal, schema());
  event::TableSchema other = schema();
  other.columns.push_back({"k", "integer", 0, -1, true});
  other.key = {"k"};
  CHECK(setup.keeper().settles(setup.journal, state, other));
  CHECK(state.broken.find("key") != std::string::npos);
  CHECK(setup.keeper().settles(setup.journal, state, schema()));
  CHECK(state.broken.empty());
}

TEST_CASE("columns that fold to one name make no table and no end") {
  Setup setup;
  setup.options.create = true;
  event::TableSchema twice = schema();
  twice.columns.push_back({"ID", "integer", 0, -1, true});
  const TableState state = setup.keeper().prepare(setup.api, setup.journal, twice);
  CHECK(state.broken.find("two columns") != std::string::npos);
  CHECK_FALSE(state.failure);
}

TEST_CASE("a table of plain rows is made of what they show, and grows with them") {
  Setup setup;
  CHECK(setup.keeper().prepare_rows(setup.api, setup.rows).failure);
  setup.options.create = true;
  setup.options.adds_columns = true;
  const TableState missing = setup.keeper().prepare_rows(setup.api, setup.rows);
  CHECK_FALSE(missing.failure);
  CHECK_FALSE(missing.has_table());
  event::Decoder decoder;
  event::Event row;
  event::LineKind kind{};
  const std::string line = R"({"id":1,"extra":null})";
  REQUIRE(decoder.decode(line, false, kind, row) == nullptr);
  snow_put::GuessedColumns guessed;
  guessed.see(row);
  TableState state = setup.keeper().create_for_rows(setup.api, setup.rows, guessed);
  CHECK(setup.tables.present.contains("T"));
  CHECK(state.has_table());
  CHECK_FALSE(setup.keeper().lacks_columns(state, guessed));
  const std::string wider = R"({"id":1,"extra":5})";
  REQUIRE(decoder.decode(wider, false, kind, row) == nullptr);
  guessed = {};
  guessed.see(row);
  CHECK(setup.keeper().lacks_columns(state, guessed));
  state = setup.keeper().grow(setup.api, setup.rows, state, guessed);
  CHECK(state.description.find("EXTRA") != nullptr);
  CHECK_FALSE(setup.keeper().lacks_columns(state, guessed));
}
