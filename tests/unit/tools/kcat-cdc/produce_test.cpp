#include "tools/kcat-cdc/produce.hpp"

#include "common/base/error.hpp"
#include "tests/unit/common/kafka/mock_cluster.hpp"
#include "tests/unit/tools/kcat-cdc/temporary.hpp"

#include <thread>

#include <doctest/doctest.h>

using namespace cdckit;
using base::ExitCode;

namespace {

constexpr const char* kHello =
    R"({"__cdc":"hello","v":1,"run":"r","source":{"slot":"s"},"from":""})";
constexpr const char* kCheckpoint = R"({"__cdc":"ckpt","run":"r","seq":1,"pos":"A","rows":1})";
constexpr const char* kEof = R"({"__cdc":"eof","run":"r","seq":2,"pos":"B"})";

std::string event_line(int id, const std::string& operation = "c") {
  return R"({"pos":")" + std::to_string(id) + R"(","key":{"id":)" + std::to_string(id) +
         R"(},"before":null,"after":null,"source":{"schema":"public","table":"t"},"op":")" +
         operation + "\"}";
}

// One run of the loop over the given lines.
struct Run {
  explicit Run(std::vector<std::string> lines, cli::CommonOptions common = {}) {
    options.connection.retry_for = std::chrono::milliseconds(2000);
    options.produce.topic_prefix = "p";
    for (const std::string& line : lines) text += line + "\n";
    common_options = std::move(common);
    common_options.ack = {folder.file("ack")};
  }
  ExitCode go() {
    std::thread writer([&] {
      io::write_all(input.writing.get(), text, "pipe");
      input.writing.reset();
    });
    cli::Context context("kcat-cdc", common_options, {});
    ExitCode code{};
    {
      kcat_cdc::ProduceLoop loop(
          options, cluster.settings(), context, {input.reading.get(), output.writing.get()});
      try {
        code = loop.run();
      } catch (const base::Error& error) {
        message = error.what();
        code = base::exit_code_for(error.kind());
      }
    }
    writer.join();
    output.writing.reset();
    receipts = output.read_all();
    return code;
  }
  std::uint64_t acknowledged() const {
    const auto record = ack::parse(folder.read("ack"));
    return record ? record->seq : 0;
  }

  test::MockCluster cluster;
  test::Temporary folder;
  kcat_cdc::Options options;
  cli::CommonOptions common_options;
  std::string text;
  test::Pipe input;
  test::Pipe output;
  std::string message;
  std::string receipts;
};

}  // namespace

TEST_CASE("whole input is acknowledged to its end") {
  Run run({kHello, event_line(1), event_line(2, "d"), kCheckpoint, kEof});
  CHECK(run.go() == ExitCode::done);
  CHECK(run.acknowledged() == 2);
  CHECK(run.receipts.find(R"("records":3,"tombstones":1)") != std::string::npos);
  CHECK(run.receipts.find(R"("topics":{"p.public.t":3})") != std::string::npos);
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

TEST_CASE("raw lines are values whatever they hold, control lines are still read") {
  Run run({kHello, "text", R"({"a":1})", kEof});
  run.options.produce.topic_prefix.clear();
  run.options.produce.topic = "raw";
  run.options.produce.raw = true;
  CHECK(run.go() == ExitCode::done);
  CHECK(run.receipts.find(R"("records":2)") != std::string::npos);
  CHECK(run.acknowledged() == 2);
}

TEST_CASE("a record too large is one bad line") {
  cli::CommonOptions rejecting;
  Run run({kHello, event_line(1), event_line(2), kEof}, rejecting);
  run.common_options.on_error = "reject";
  run.common_options.reject = run.folder.file("rejects");
  run.cluster.make_topic("p.public.t", 1);
  run.cluster.fail_produce(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  CHECK(run.go() == ExitCode::differences);
  CHECK(run.acknowledged() == 2);
  const std::string rejects = run.folder.read("rejects");
  CHECK(rejects.find(R"("code":"MSG_SIZE_TOO_LARGE")") != std::string::npos);
  CHECK(rejects.find(R"("line":2,)") != std::string::npos);
}
