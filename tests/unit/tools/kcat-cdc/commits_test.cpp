#include "tools/kcat-cdc/commits.hpp"

#include "common/base/error.hpp"
#include "tests/unit/common/kafka/mock_cluster.hpp"
#include "tests/unit/tools/kcat-cdc/temporary.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using kafka::Offsets;
using kcat_cdc::Commits;

namespace {

constexpr const char* kSource = R"({"cluster":"c","group":"g"})";

std::string record(const std::string& run, std::uint64_t seq, const std::string& pos) {
  ack::Record out;
  out.run = run;
  out.source = kSource;
  out.seq = seq;
  out.pos = pos;
  out.sink = "test";
  return ack::format(out);
}

}  // namespace

TEST_CASE("offsets may be committed when their checkpoint was acknowledged") {
  const test::Temporary folder;
  Commits commits({folder.file("ack")}, "r");
  CHECK(commits.enabled());
  const auto first = commits.next_seq();
  commits.sent(first, {{{"t", 0}, 5}});
  const auto second = commits.next_seq();
  commits.sent(second, {{{"t", 0}, 8}, {{"t", 1}, 2}});
  CHECK_FALSE(commits.poll());
  folder.replace("ack", record("r", first, ""));
  CHECK(test::eventually([&] { return commits.poll(); }));
  CHECK(commits.acknowledged() == Offsets{{{"t", 0}, 5}});
  CHECK(commits.covers(first));
  CHECK_FALSE(commits.covers(second));
  folder.replace("ack", record("r", 77, ""));  // never sent
  folder.replace("ack", record("other", second, ""));
  CHECK_FALSE(commits.poll());
  commits.forget({{"t", 1}});
  folder.replace("ack", record("r", second, ""));
  CHECK(test::eventually([&] { return commits.poll(); }));
  CHECK(commits.acknowledged() == Offsets{{{"t", 0}, 8}});
}

TEST_CASE("what an earlier run left behind: the least of all files") {
  const test::Temporary folder;
  CHECK(Commits({folder.file("a")}, "r").read_earlier(kSource).empty());
  folder.replace("a", record("old", 3, "t:0=5,1=9"));
  CHECK(Commits({folder.file("a")}, "r").read_earlier(kSource) ==
        Offsets{{{"t", 0}, 5}, {{"t", 1}, 9}});
  folder.replace("b", record("old", 3, "t:0=7"));
  CHECK(Commits({folder.file("a"), folder.file("b")}, "r").read_earlier(kSource) ==
        Offsets{{{"t", 0}, 5}});
  CHECK(Commits({folder.file("a"), folder.file("missing")}, "r").read_earlier(kSource).empty());
}

TEST_CASE("a file of another source, or with a position that is none of ours, is refused") {
  const test::Temporary folder;
  folder.replace("a", record("old", 3, "t:0=5"));
  Commits commits({folder.file("a")}, "r");
  CHECK_THROWS_AS(commits.read_earlier(R"({"cluster":"c","group":"other"})"), base::Error);
  folder.replace("a", record("old", 3, "00000000016B3748"));
  CHECK_THROWS_AS(commits.read_earlier(kSource), base::Error);
}

TEST_CASE("without files there is nothing to commit") {
  Commits commits({}, "r");
  CHECK_FALSE(commits.enabled());
  CHECK_FALSE(commits.poll());
  CHECK(commits.read_earlier(kSource).empty());
}
