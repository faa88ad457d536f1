#include "tools/snow-put/merge/slice_facts.hpp"

#include "tests/unit/support/snow_stub.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::snow_put;

TEST_CASE("whose channels count") {
  FoldState state;
  CHECK(own_channels(state, "a").empty());
  state.source = "{}";
  CHECK(own_channels(state, "a b/c") == "a_b_c_");  // as names of channels spell it
  CHECK(unfolded({}, "a_") ==
        R"( AND ("_CDC_CHANNEL" IS NULL OR STARTSWITH("_CDC_CHANNEL", 'a_')))");
  TableFold fold;
  fold.channels[""] = {"S", "", ""};
  CHECK(unfolded(fold, "").find(R"(COALESCE("_CDC_CHANNEL", '') = '' AND "_CDC_POS" >)") !=
        std::string::npos);
}

TEST_CASE("what all channels have reached") {
  std::vector<std::vector<std::string>> tops = {{"p_t_0of2", "00000000000000AA/1"},
                                                {"p_t_1of2", "00000000000000BB/1"}};
  tests::SnowStub stub(
      [&](const std::string&) { return tests::SqlReply{{"CHANNEL", "TOP"}, tops, ""}; });
  snow::SqlApi api(stub.settings(), {});
  MergePlan plan;
  plan.journal = {"D", "S", "T_JOURNAL"};
  TableFold fold;
  const std::string owner = "p_";
  CHECK(common_top(api, plan, fold, owner) == "00000000000000AA");
  CHECK(stub.requests().back().find("_CDC_POS\\\" >=") == std::string::npos);
  fold.folded_pos = "00000000000000A0";
  fold.channels["p_t_0of2"];
  fold.channels["p_t_1of2"];
  CHECK(common_top(api, plan, fold, owner) == "00000000000000AA");
  CHECK(stub.requests().back().find("_CDC_POS\\\" >= '00000000000000A0'") != std::string::npos);
  tops.pop_back();  // it has nothing beyond the fold
  CHECK(common_top(api, plan, fold, owner) == "00000000000000A0");
  fold.channels.erase("p_t_1of2");
  CHECK(common_top(api, plan, fold, owner) == "00000000000000AA");
  tops[0][1] = "";  // rows of a snapshot alone
  CHECK(common_top(api, plan, fold, owner) == "00000000000000A0");
  plan.journal_has_channel = false;
  CHECK(common_top(api, plan, fold, owner).empty());
}
