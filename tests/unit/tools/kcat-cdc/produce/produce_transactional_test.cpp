#include "tests/unit/tools/kcat-cdc/produce/produce_run.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using base::ExitCode;
using test::kCheckpoint;
using test::kEof;
using test::kHello;

namespace {

std::string event_at(const std::string& position, const std::string& operation = "c") {
  return R"({"pos":")" + position +
         R"(","key":{"id":1},"before":null,"after":null,"source":{"schema":"public","table":"t"},"op":")" +
         operation + "\"}";
}

struct TransactionalRun : test::Run {
  explicit TransactionalRun(std::vector<std::string> lines, cli::CommonOptions common = {})
      : Run(std::move(lines), std::move(common)) {
    options.transactional_id = "id";
    cluster.make_topic("p.__position.id", 1);
  }
};

const std::string kFirst = "0000000000000005/0000000000000001";
const std::string kSecond = "0000000000000006/0000000000000001";

}  // namespace

TEST_CASE("whole input is committed and acknowledged to its end") {
  TransactionalRun run({kHello, event_at(kFirst), event_at(kSecond, "d"), kCheckpoint, kEof});
  CHECK(run.go() == ExitCode::done);
  CHECK(run.acknowledged() == 2);
  CHECK(run.receipts.find(R"("records":2,"tombstones":1)") != std::string::npos);
  CHECK(ack::parse(run.folder.read("ack"))->stored.starts_with(kSecond));
}

TEST_CASE("input that was cut off is committed to its last checkpoint") {
  TransactionalRun run({kHello, event_at(kFirst), kCheckpoint, event_at(kSecond)});
  CHECK(run.go() == ExitCode::retry_later);
  CHECK(run.acknowledged() == 1);
  CHECK(ack::parse(run.folder.read("ack"))->stored.starts_with(kFirst));
}

TEST_CASE("an event without a position cannot be known again") {
  TransactionalRun run({event_at("1")});
  CHECK(run.go() == ExitCode::bad_input);
  CHECK(run.message.find("no position") != std::string::npos);
}

TEST_CASE("a bad line leaves what was whole before it committed") {
  TransactionalRun run({kHello, event_at(kFirst), kCheckpoint, event_at(kSecond), "nonsense"});
  CHECK(run.go() == ExitCode::bad_input);
  CHECK(run.acknowledged() == 1);
}
