#include "tools/walcat/server/publication.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

namespace {

Candidate table(std::uint32_t oid, const std::string& name, bool key = true) {
  Candidate candidate{.oid = oid, .schema = "s", .table = name};
  candidate.identity = {.name = "s." + name, .primary_key = key};
  return candidate;
}

Candidate leaf(std::uint32_t oid, std::uint32_t parent, const std::string& name, bool key = true) {
  Candidate candidate = table(oid, name, key);
  candidate.parent = parent;
  return candidate;
}

Candidate root(std::uint32_t oid, const std::string& name, std::uint32_t parent = 0) {
  Candidate candidate = leaf(oid, parent, name, false);
  candidate.root = true;
  return candidate;
}

std::string refusal(const PublicationPlan& plan) {
  try {
    require_sound(plan);
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::unavailable);
    return std::string(error.what()) + " | " + std::string(error.hint());
  }
  return "";
}

const std::vector<Candidate> kAll{
    table(1, "a"), table(2, "log", false), root(3, "p"), leaf(4, 3, "p1"), leaf(5, 3, "p2")};

}  // namespace

TEST_CASE("without a choice all tables are published, by way of their roots") {
  const auto plan = plan_publication("cdckit", kAll, {{}, {}});
  CHECK(plan.all_tables);
  CHECK(publication_statement(plan) ==
        "CREATE PUBLICATION \"cdckit\" FOR ALL TABLES WITH (publish_via_partition_root = true)");
  CHECK(plan.identities.size() == 4);
}

TEST_CASE("a root stands for its partitions, whatever their names") {
  const auto plan = plan_publication("x", kAll, {{"p*"}, {}});
  CHECK(publication_statement(plan) ==
        "CREATE PUBLICATION \"x\" FOR TABLE ONLY \"s\".\"p\" WITH "
        "(publish_via_partition_root = true)");
  CHECK(plan.identities.size() == 2);
  const auto named = plan_publication("x", kAll, {{"s.p"}, {}});
  CHECK(named.tables == std::vector<std::string>{"\"s\".\"p\""});
  CHECK(named.identities.size() == 2);
}

TEST_CASE("a partition can be published without its root") {
  const auto plan = plan_publication("x", kAll, {{"p1"}, {}});
  CHECK(plan.tables == std::vector<std::string>{"\"s\".\"p1\""});
  CHECK(plan.identities.size() == 1);
}

TEST_CASE("partitions of partitions go with the topmost root that is chosen") {
  const std::vector<Candidate> deep{root(1, "p"), root(2, "q", 1), leaf(3, 2, "r", false)};
  const auto plan = plan_publication("x", deep, {{"p"}, {}});
  CHECK(plan.tables == std::vector<std::string>{"\"s\".\"p\""});
  CHECK(refusal(plan).find("table s.r has no replica identity") != std::string::npos);
}

TEST_CASE("a table that could no longer be updated is refused by name, with the way out") {
  const auto text = refusal(plan_publication("cdckit", kAll, {{}, {}}));
  CHECK(text.find("table s.log has no replica identity, so the server would refuse UPDATE and "
                  "DELETE on it") != std::string::npos);
  CHECK(text.find("ALTER TABLE s.log REPLICA IDENTITY FULL") != std::string::npos);
  CHECK(text.find("--exclude-table s.log") != std::string::npos);
  CHECK(refusal(plan_publication("cdckit", kAll, {{}, {"s.log"}})).empty());
}

TEST_CASE("a publication of nothing is refused") {
  CHECK(refusal(plan_publication("x", kAll, {{"none"}, {}})).find("no table fits") !=
        std::string::npos);
  CHECK(refusal(plan_publication("x", {}, {{}, {}})).empty());
}
