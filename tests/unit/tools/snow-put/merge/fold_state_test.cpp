#include "tools/snow-put/merge/fold_state.hpp"

#include "tests/unit/support/snow_stub.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::snow_put;

TEST_CASE("what is written is read again") {
  TableFold fold;
  fold.cut = "C";
  fold.pruned = "P";
  fold.channels["p_t_0"] = {"S", "", "E"};
  fold.channels["p_t_1"] = {"", "R", ""};
  TableFold again;
  read_folded(folded_text(fold), again);
  CHECK(again.cut == "C");
  CHECK(again.pruned == "P");
  CHECK(again.channels.at("p_t_0").stream == "S");
  CHECK(again.channels.at("p_t_0").seen == "E");
  CHECK(again.channels.at("p_t_1").snapshot == "R");
  CHECK(folded_text({}) == R"({"channels":{}})");
  read_folded("", again);
  read_folded("no json", again);
  CHECK(again.cut == "C");
}

TEST_CASE("rows of the state, of this prefix and others") {
  bool missing = false;
  tests::SnowStub stub([&](const std::string&) {
    if (missing) return tests::SqlReply{{}, {}, "002003"};
    return tests::SqlReply{{"PREFIX", "TABLE_NAME", "SOURCE", "ACKED_POS", "FOLDED_POS", "FOLDED"},
                           {{"p", "", R"({"system_id":"7"})", "AA", "", ""},
                            {"p", "T", "", "", "BB", R"({"pruned":"X","channels":{}})"},
                            {"q", "T", "", "", "CC", ""}},
                           ""};
  });
  snow::SqlApi api(stub.settings(), {});
  const snow::TableAddress table{"D", "S", "_CDC_STATE"};
  const auto state = load_fold_state(api, table, "p");
  REQUIRE(state);
  CHECK(state->counts_lsns());
  CHECK(state->acknowledged == "AA");
  CHECK(state->of("T").folded_pos == "BB");
  CHECK(state->of("T").shared);
  CHECK_FALSE(state->of("U").known);
  CHECK(pruned_position(api, table, "T") == "X");
  CHECK(store_fold_sql(table, "p", "T", state->of("T")).starts_with("UPDATE"));
  CHECK(store_fold_sql(table, "p", "U", {}).starts_with("INSERT"));
  missing = true;
  CHECK_FALSE(load_fold_state(api, table, "p"));
  CHECK(pruned_position(api, table, "T").empty());
}
