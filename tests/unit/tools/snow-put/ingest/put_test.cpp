#include "tools/snow-put/ingest/put.hpp"

#include "common/log/log.hpp"
#include "tests/unit/support/child.hpp"
#include "tests/unit/support/snow_stub.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

tests::SqlReply table(const std::string& request) {
  if (request.find("SOURCE") != std::string::npos)
    return {{"SOURCE", "ACKED_POS"}, {{R"({"a":1})", ""}}, ""};
  if (request.find("CURRENT_WAREHOUSE") != std::string::npos) return {{"warehouse"}, {{""}}, ""};
  if (request.find("SELECT \\\"FOLDED") != std::string::npos) return {{"FOLDED"}, {}, ""};
  if (request.find("BETWEEN") != std::string::npos) {
    return {{"_CDC_POS"},
            {{"0000000000000001/0000000000000001"}, {"0000000000000002/0000000000000001"}},
            ""};
  }
  return {{"name", "type", "null?", "primary key"},
          {{"ID", "NUMBER(10,0)", "N", "Y"}, {"_CDC_POS", "VARCHAR", "Y", "N"}},
          ""};
}

std::string insert(int number) {
  const std::string digit = std::to_string(number);
  return R"({"pos":"000000000000000)" + digit + R"(/0000000000000001","key":{"id":)" + digit +
         R"(},"before":null,"after":{"id":)" + digit +
         R"(},"source":{"schema":"public","table":"t","ts_us":1},"op":"c"})"
         "\n";
}

constexpr const char* kHello = R"({"__cdc":"hello","v":1,"run":"r","source":{"a":1},"from":""})"
                               "\n";

struct Run {
  tests::ScratchFolder folder;
  tests::SnowStub stub{table};
  cli::CommonOptions common;
  std::chrono::milliseconds merge_every{0};

  tests::Output over(const std::string& input) {
    const snow::ConnectionSettings settings = stub.settings();
    return tests::run_captured(
        [&] {
          log::configure({.level = log::Level::warning});  // other tests want it quiet
          cli::Context context("snow-put", common, {});
          snow_put::PutSettings put;
          put.connection = settings;
          put.place = {"CDC", "RAW"};
          put.channels.prefix = "p";
          put.merge_every = merge_every;
          put.streaming.retry.give_up_after = std::chrono::milliseconds(5000);
          try {
            return base::to_int(snow_put::Put(put, context).run());
          } catch (const base::Error& error) {
            return base::to_int(base::exit_code_for(error.kind()));
          }
        },
        input);
  }
};

}  // namespace

TEST_CASE("rows are committed, acknowledged, and not sent twice") {
  Run run;
  run.common.ack = {run.folder.file("ack")};
  const std::string input = kHello + insert(1) + insert(2) +
                            R"({"__cdc":"eof","run":"r","seq":1,"pos":"end"})"
                            "\n";
  const tests::Output first = run.over(input);
  CHECK(first.code == 0);
  CHECK(first.out.find(R"("rows":2)") != std::string::npos);
  CHECK(tests::content_of(run.folder.file("ack")).find(R"("pos":"end")") != std::string::npos);
  const tests::Output second = run.over(input);
  CHECK(second.code == 0);
  CHECK(second.out.empty());
}

TEST_CASE("a tracked input that is cut off is 75") {
  Run run;
  CHECK(run.over(kHello + insert(1)).code == 75);
}

TEST_CASE("an event without a position is bad input") {
  Run run;
  CHECK(run.over(R"({"before":null,"after":{"id":1},"source":{"schema":"s","table":"t"},"op":"c"})"
                 "\n")
            .code == 65);
}

TEST_CASE("another source under the same prefix is refused before anything is stored") {
  Run run;
  std::string input = kHello + insert(1);
  input.replace(input.find(R"("a":1)"), 5, R"("a":2)");
  CHECK(run.over(input).code == 69);
}

TEST_CASE("a connection without a warehouse is said before a merge fails for it") {
  Run run;
  run.merge_every = std::chrono::hours(1);
  const tests::Output done = run.over(kHello + insert(1) +
                                      R"({"__cdc":"eof","run":"r","seq":1,"pos":"end"})"
                                      "\n");
  CHECK(done.code == 0);
  CHECK(done.err.find("the connection has no warehouse") != std::string::npos);
}

TEST_CASE("a row below the mark that the journal does not hold is refused") {
  Run run;
  const std::string end = R"({"__cdc":"eof","run":"r","seq":1,"pos":"end"})"
                          "\n";
  CHECK(run.over(kHello + insert(4) + end).code == 0);
  CHECK(run.over(kHello + insert(3) + end).code == 69);
}

TEST_CASE("a bad row ends the run at the checkpoint, what its channel had before it is stored") {
  Run run;
  run.common.ack = {run.folder.file("ack")};
  const std::string first = R"({"__cdc":"ckpt","run":"r","seq":1,"pos":"one","rows":1})"
                            "\n";
  const std::string second = R"({"__cdc":"ckpt","run":"r","seq":2,"pos":"two","rows":2})"
                             "\n";
  std::string bad = insert(2);
  bad.replace(bad.find(R"("after":{"id")"), 13, R"("after":{"no")");
  const tests::Output done = run.over(kHello + insert(1) + first + bad + insert(3) + second);
  CHECK(done.code == 65);
  CHECK(done.out.find("0000000000000001/0000000000000001") != std::string::npos);
  CHECK(done.out.find("0000000000000003/0000000000000001") == std::string::npos);
  CHECK(tests::content_of(run.folder.file("ack")).find(R"("pos":"one")") != std::string::npos);
}
