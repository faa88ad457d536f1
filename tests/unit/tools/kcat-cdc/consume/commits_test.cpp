#include "tools/kcat-cdc/consume/commits.hpp"

#include "common/base/error.hpp"
#include "tests/unit/common/kafka/mock_cluster.hpp"
#include "tests/unit/tools/kcat-cdc/temporary.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using kafka::Offsets;
using kcat_cdc::Commits;
using kcat_cdc::read_earlier;

namespace {

constexpr const char* kSource = R"({"cluster":"c","group":"g"})";

ack::Record record(const std::string& run, std::uint64_t seq, const std::string& pos) {
  ack::Record out;
  out.run = run;
  out.source = kSource;
  out.seq = seq;
  out.pos = pos;
  out.sink = "test";
  return out;
}

}  // namespace

TEST_CASE("offsets may be committed when their checkpoint was acknowledged") {
  const test::Temporary folder;
  const test::Pipe output;
  cli::Context context("kcat-cdc", {}, {});
  pipe::SourceEnd end(context,
                      {.output = output.writing.get(),
                       .proof = pipe::Proof::acks,
                       .ack_files = {folder.file("ack")},
                       .control = true});
  Commits commits(end);
  CHECK(commits.enabled());
  commits.reached("t:0=5", {{{"t", 0}, 5}}, 5);
  CHECK(end.checkpoint(true) == 1);
  commits.reached("t:0=8,1=2", {{{"t", 0}, 8}, {{"t", 1}, 2}}, 10);
  CHECK(end.checkpoint(true) == 2);
  CHECK_FALSE(commits.poll());
  folder.replace("ack", ack::format(record(end.run(), 1, "")));
  CHECK(test::eventually([&] { return commits.poll(); }));
  CHECK(commits.acknowledged() == Offsets{{{"t", 0}, 5}});
  folder.replace("ack", ack::format(record(end.run(), 77, "")));  // never sent
  folder.replace("ack", ack::format(record("other", 2, "")));
  CHECK_FALSE(commits.poll());
  commits.forget({{"t", 1}});
  folder.replace("ack", ack::format(record(end.run(), 2, "")));
  CHECK(test::eventually([&] { return commits.poll(); }));
  CHECK(commits.acknowledged() == Offsets{{{"t", 0}, 8}});
  CHECK(commits.uncommitted());
  commits.committed();
  CHECK_FALSE(commits.uncommitted());
  commits.forget({{"t", 0}});
  CHECK(commits.acknowledged().empty());
  CHECK(commits.durable({"t", 0}) == 8);
  CHECK(commits.durable({"t", 1}) == kafka::kNoOffset);
}

TEST_CASE("with --ack stdout what stdout took may be committed") {
  const test::Pipe output;
  cli::Context context("kcat-cdc", {}, {});
  pipe::SourceEnd end(context, {.output = output.writing.get(), .proof = pipe::Proof::written});
  Commits commits(end);
  CHECK(commits.enabled());
  end.lines() += "{}\n";
  commits.reached("t:0=5", {{{"t", 0}, 5}}, 1);
  CHECK_FALSE(commits.poll());
  end.submit();
  CHECK(test::eventually([&] { return commits.poll(); }));
  CHECK(commits.acknowledged() == Offsets{{{"t", 0}, 5}});
}

TEST_CASE("what an earlier run left behind: the least of all files") {
  const auto five = record("old", 3, "t:0=5,1=9");
  CHECK(read_earlier({}, kSource).empty());
  CHECK(read_earlier({std::nullopt}, kSource).empty());
  CHECK(read_earlier({five}, kSource) == Offsets{{{"t", 0}, 5}, {{"t", 1}, 9}});
  CHECK(read_earlier({five, record("old", 3, "t:0=7")}, kSource) == Offsets{{{"t", 0}, 5}});
  CHECK(read_earlier({five, std::nullopt}, kSource).empty());
}

TEST_CASE("a source is compared as JSON: order and white space say nothing") {
  const auto five = record("old", 3, "t:0=5");
  CHECK(read_earlier({five}, R"({ "group" : "g", "cluster":"c" })") == Offsets{{{"t", 0}, 5}});
}

TEST_CASE("a file of another source, or with a position that is none of ours, is refused") {
  CHECK_THROWS_AS(read_earlier({record("old", 3, "t:0=5")}, R"({"cluster":"c","group":"other"})"),
                  base::Error);
  CHECK_THROWS_AS(read_earlier({record("old", 3, "00000000016B3748")}, kSource), base::Error);
}

TEST_CASE("without --ack there is nothing to commit") {
  const test::Pipe output;
  cli::Context context("kcat-cdc", {}, {});
  pipe::SourceEnd end(context, {.output = output.writing.get(), .proof = pipe::Proof::none});
  Commits commits(end);
  CHECK_FALSE(commits.enabled());
  commits.reached("t:0=5", {{{"t", 0}, 5}}, 1);
  CHECK_FALSE(commits.poll());
}
