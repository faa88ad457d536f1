#include "tests/unit/tools/kcat-cdc/consume_run.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using base::ExitCode;
using test::ConsumeRun;

namespace {

// Three records, a group, and an ack file of an earlier run (`pos` empty: none).
void prepare(ConsumeRun& run, const std::string& pos) {
  run.fill("t", {"{}", "{}", "{}"});
  run.options.consume.topics = {"t"};
  run.options.consume.until = "end";
  run.options.consume.group = "g";
  run.options.consume.revoke_timeout = std::chrono::milliseconds(50);
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

std::size_t data_lines(const ConsumeRun& run) {
  std::size_t count = 0;
  for (const std::string& line : run.lines) count += line.starts_with(R"({"__cdc")") ? 0U : 1U;
  return count;
}

}  // namespace

TEST_CASE("an explicit offset is where it begins") {
  ConsumeRun run;
  run.fill("t", {"{}", "{}", "{}"});
  run.options.consume.topics = {"t"};
  run.options.consume.until = "end";
  run.options.consume.from = "2";
  CHECK(run.go() == ExitCode::done);
  CHECK(run.lines.size() == 1);
}

TEST_CASE("from the end to the end is nothing") {
  ConsumeRun run;
  run.fill("t", {"{}", "{}"});
  run.options.consume.topics = {"t"};
  run.options.consume.until = "end";
  run.options.consume.from = "end";
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
  CHECK(run.go() == ExitCode::retry_later);
  CHECK(data_lines(run) == 1);
}

TEST_CASE("an ack file that is ahead of the topic is refused") {
  ConsumeRun run;
  prepare(run, "t:0=200");
  CHECK(run.go() == ExitCode::unavailable);
  CHECK(run.message.find("the ack file is ahead of it") != std::string::npos);
}
