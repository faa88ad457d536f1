#include "common/journal/merge_plan.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("a slice of a journal as AND's") {
  journal::MergePlan plan;
  CHECK(journal::within(plan).empty());
  plan.after = "A";
  plan.before = "B";
  CHECK(journal::within(plan) == R"( AND "_CDC_POS" > 'A' AND "_CDC_POS" < 'B')");
}

TEST_CASE("slices of channels, stream and snapshot apart") {
  journal::MergePlan plan;
  plan.channels = {{"a", "1", "5", "", ""}, {"b", "", "", "2", "3"}, {"c", "4", "", "", ""}};
  CHECK(journal::within(plan) ==
        R"( AND (("_CDC_CHANNEL" = 'a' AND (("_CDC_OP" <> 'r' AND "_CDC_POS" > '1' AND )"
        R"("_CDC_POS" <= '5'))) OR ("_CDC_CHANNEL" = 'b' AND (("_CDC_OP" = 'r' AND )"
        R"("_CDC_POS" > '2' AND "_CDC_POS" <= '3')))))");
  plan.channels = {{"c", "4", "", "", ""}};
  CHECK(journal::within(plan) == " AND (FALSE)");
  plan.channels = {{"", "", "5", "", ""}};  // rows that came by files
  CHECK(journal::within(plan).find(R"("_CDC_CHANNEL" IS NULL AND)") != std::string::npos);
}
