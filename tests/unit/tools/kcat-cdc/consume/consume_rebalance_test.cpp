#include "tests/unit/tools/kcat-cdc/consume/consume_run.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using base::ExitCode;
using test::ConsumeRun;

namespace {

// Three records, a group, and an ack file of an earlier run (`pos` empty: none).
void prepare(ConsumeRun& run, const std::string& pos) {
  run.fill("t", {"{}", "{}", "{}"});
  run.options.topics = {"t"};
  run.options.until = "end";
  run.options.group = "g";
  run.options.revoke_timeout = std::chrono::milliseconds(50);
  run.common.ack = {run.folder.file("ack")};
  if (pos.empty()) return;
  kafka::Admin admin(run.cluster.settings());
  ack::Record record;
  record.run = "earlier";
  record.source =
      R"({"cluster":")" + admin.cluster_id(std::chrono::seconds(10)) + R"(","group":"g"})";
  record.seq = 1;
  record.pos = pos;
  record.sink = "test";
  run.folder.replace("ack", ack::format(record));
}

void place(ConsumeRun& run, std::int64_t offset) {
  kafka::Consumer consumer(run.cluster.settings(), "g");
  consumer.place({{{"t", 0}, offset}});
}

std::size_t data_lines(const ConsumeRun& run) {
  std::size_t count = 0;
  for (const std::string& line : run.lines) count += line.starts_with(R"({"__cdc")") ? 0U : 1U;
  return count;
}

}  // namespace

TEST_CASE("an explicit offset is where it begins") {
  ConsumeRun run;
  run.fill("t", {"{}", "{}", "{}"});
  run.options.topics = {"t"};
  run.options.until = "end";
  run.options.from = "2";
  CHECK(run.go() == ExitCode::done);
  CHECK(run.lines.size() == 1);
}

TEST_CASE("from the end to the end is nothing") {
  ConsumeRun run;
  run.fill("t", {"{}", "{}"});
  run.options.topics = {"t"};
  run.options.until = "end";
  run.options.from = "end";
  CHECK(run.go() == ExitCode::done);
  CHECK(run.lines.empty());
}

TEST_CASE("a group without offsets begins at the beginning") {
  ConsumeRun run;
  prepare(run, "");
  CHECK(run.go() == ExitCode::retry_later);
  CHECK(data_lines(run) == 3);
}

TEST_CASE("the ack file of an earlier run moves the beginning on") {
  ConsumeRun run;
  prepare(run, "t:0=2");
  run.cluster.commit("g", "t", 1);
  CHECK(run.go() == ExitCode::retry_later);
  CHECK(data_lines(run) == 1);
}

TEST_CASE("where somebody put the group counts, whatever the ack file of an earlier run says") {
  ConsumeRun run;
  prepare(run, "t:0=2");
  run.cluster.commit("g", "t", 2);
  place(run, 1);
  CHECK(run.go() == ExitCode::retry_later);
  CHECK(data_lines(run) == 2);
}

TEST_CASE("an ack that the group knows nothing of counts, unless the records are newer") {
  ConsumeRun run;
  prepare(run, "t:0=2");
  SUBCASE("they were there before it") {
    CHECK(run.go() == ExitCode::retry_later);
    CHECK(data_lines(run) == 1);
  }
  SUBCASE("the topic was made after it") {
    run.folder.set_old("ack");
    CHECK(run.go() == ExitCode::unavailable);
    CHECK(run.message.find("made again") != std::string::npos);
    CHECK(data_lines(run) == 0);
  }
}

TEST_CASE("an ack file that is ahead of the topic is refused") {
  ConsumeRun run;
  prepare(run, "t:0=200");
  run.cluster.commit("g", "t", 1);
  CHECK(run.go() == ExitCode::unavailable);
  CHECK(run.message.find("the ack file is ahead of it") != std::string::npos);
}

TEST_CASE("a group that goes on without a member that stops is no failure of it") {
  ConsumeRun run;
  prepare(run, "");
  run.common.ack = {"stdout"};
  constexpr std::int16_t kOffsetCommit = 8;
  SUBCASE("it is out") {
    run.cluster.push_error(kOffsetCommit, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION);
  }
  SUBCASE("it is known no more") {
    run.cluster.push_error(kOffsetCommit, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID);
  }
  SUBCASE("it is not settled yet") {
    run.cluster.push_error(kOffsetCommit, RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS);
    CHECK(run.go() == ExitCode::done);
    kafka::Consumer looker(run.cluster.settings(), "g");
    CHECK(looker.committed({{"t", 0}}, std::chrono::seconds(10)).at({"t", 0}) == 3);
  }
  CHECK(run.go() == ExitCode::done);
}
