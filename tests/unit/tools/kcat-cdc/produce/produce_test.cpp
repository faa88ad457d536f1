#include "tools/kcat-cdc/produce/produce.hpp"

#include "tests/unit/tools/kcat-cdc/produce/produce_run.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using base::ExitCode;
using test::event_line;
using test::kCheckpoint;
using test::kEof;
using test::kHello;
using test::Run;

TEST_CASE("whole input is acknowledged to its end") {
  Run run({kHello, event_line(1), event_line(2, "d"), kCheckpoint, kEof});
  CHECK(run.go() == ExitCode::done);
  CHECK(run.acknowledged() == 2);
  CHECK(run.receipts.find(R"("records":2,"tombstones":1)") != std::string::npos);
  CHECK(run.receipts.find(R"("topics":{"p.public.t":2})") != std::string::npos);
}

TEST_CASE("input without an end is acknowledged to its last checkpoint") {
  Run run({kHello, event_line(1), kCheckpoint, event_line(2)});
  CHECK(run.go() == ExitCode::retry_later);
  CHECK(run.acknowledged() == 1);
}

TEST_CASE("input without control lines ends with a receipt") {
  Run run({event_line(1), event_line(2)});
  CHECK(run.go() == ExitCode::done);
  CHECK(run.receipts.find(R"("records":2)") != std::string::npos);
  CHECK(run.receipts.find(R"("pos":"2")") != std::string::npos);
}

TEST_CASE(
    "the first record that is not delivered ends the run, and nothing later is acknowledged") {
  Run run({kHello, event_line(1), kCheckpoint, kEof});
  run.cluster.fail_produce(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  CHECK(run.go() == ExitCode::permission);
  CHECK(run.message.find("could not deliver a record to topic \"p.public.t\"") == 0);
  CHECK(run.acknowledged() == 0);
}

TEST_CASE("a line that is no change event") {
  Run stops({kHello, R"({"a":1})", kEof});
  CHECK(stops.go() == ExitCode::bad_input);
  cli::CommonOptions skipping;
  skipping.on_error = "skip";
  Run skips({kHello, R"({"a":1})", event_line(1), kEof}, skipping);
  CHECK(skips.go() == ExitCode::differences);
  CHECK(skips.acknowledged() == 2);
}

TEST_CASE("raw lines are whole records, control lines are still read") {
  Run run({kHello,
           R"({"value":"text","headers":[["a",null]]})",
           R"({"topic":"other","key":"k","value":null})",
           kEof});
  run.options.topic_prefix.clear();
  run.options.topic = "raw";
  run.options.raw = true;
  CHECK(run.go() == ExitCode::done);
  CHECK(run.receipts.find(R"("records":2,"tombstones":1)") != std::string::npos);
  CHECK(run.receipts.find(R"("raw":1)") != std::string::npos);
  CHECK(run.receipts.find(R"("other":1)") != std::string::npos);
  CHECK(run.acknowledged() == 2);
}

TEST_CASE("raw lines that are no record are bad lines") {
  for (const std::string& line : {std::string(R"({"key":"k"})"),
                                  std::string("text"),
                                  std::string(R"({"value":"v","topic":"a b"})"),
                                  std::string(R"({"value":"v"})"),
                                  std::string(R"({"topic":"t","partition":99,"value":"v"})"),
                                  event_line(1)}) {
    cli::CommonOptions skipping;
    skipping.on_error = "skip";
    Run run({kHello, line, R"({"topic":"t","value":"v"})", kEof}, skipping);
    run.options.topic_prefix.clear();
    run.options.raw = true;
    CHECK(run.go() == ExitCode::differences);
    CHECK(run.receipts.find(R"("records":1)") != std::string::npos);
  }
}

TEST_CASE("a record too large is one bad line") {
  cli::CommonOptions rejecting;
  Run run({kHello, event_line(1), event_line(2), kEof}, rejecting);
  run.common_options.on_error = "reject";
  run.common_options.reject = run.folder.file("rejects");
  run.cluster.make_topic("p.public.t", 1);
  run.cluster.fail_produce(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  SUBCASE("unless it may have been in a batch whose limit nobody tells") {
    CHECK(run.go() == ExitCode::config);
    CHECK(run.message.find("do not say how large one may be") != std::string::npos);
    CHECK(run.folder.read("rejects").empty());
    return;
  }
  run.more_settings = {{"batch.size", "50"}};
  CHECK(run.go() == ExitCode::differences);
  CHECK(run.acknowledged() == 2);
  const std::string rejects = run.folder.read("rejects");
  CHECK(rejects.find(R"("code":"MSG_SIZE_TOO_LARGE")") != std::string::npos);
  CHECK(rejects.find(R"("line":2,)") != std::string::npos);
}
