#include "tests/unit/tools/kcat-cdc/consume_run.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using base::ExitCode;
using test::ConsumeRun;

namespace {

ConsumeRun& with_group(ConsumeRun& run) {
  run.options.consume.topics = {"t"};
  run.options.consume.until = "end";
  run.options.consume.group = "g";
  run.options.consume.revoke_timeout = std::chrono::milliseconds(50);
  run.common.ack = {run.folder.file("ack")};
  return run;
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

TEST_CASE("a group without offsets begins at the beginning, the ack file of an earlier run moves it on") {
  ConsumeRun run;
  run.fill("t", {"{}", "{}", "{}"});
  with_group(run);
  CHECK(run.go() == ExitCode::retry_later);
  CHECK(data_lines(run) == 3);
  const std::string source = run.lines.at(0).substr(run.lines.at(0).find(R"({"cluster")"));
  ack::Record record;
  record.run = "earlier";
  record.source = source.substr(0, source.find('}') + 1);
  record.seq = 1;
  record.pos = "t:0=2";
  record.sink = "test";
  run.folder.replace("ack", ack::format(record));
  CHECK(run.go() == ExitCode::retry_later);
  CHECK(data_lines(run) == 1);
  record.pos = "t:0=200";
  run.folder.replace("ack", ack::format(record));
  CHECK(run.go() == ExitCode::unavailable);
  CHECK(run.message.find("the ack file is ahead of it") != std::string::npos);
}
