#include "common/pipe/sink_end.hpp"

#include "common/ack/ack_record.hpp"
#include "common/base/error.hpp"
#include "tests/unit/support/child.hpp"

#include <filesystem>
#include <thread>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace std::chrono_literals;
using base::ExitCode;
using pipe::Finish;
using pipe::SinkEnd;

namespace {

const std::string kHello = R"({"__cdc":"hello","v":1,"run":"r","source":{"s":1},"from":"0"})"
                           "\n";
const std::string kRow = "{\"a\":1}\n";

std::string checkpoint(std::uint64_t seq, const char* kind = "ckpt", const char* more = "") {
  return std::string(R"({"__cdc":")") + kind + R"(","run":"r","seq":)" + std::to_string(seq) +
         R"(,"pos":"p)" + std::to_string(seq) + "\"" + more + "}\n";
}

// Durable as soon as a checkpoint comes, unless it is told to be lazy.
class Rows final : public pipe::Sink {
 public:
  explicit Rows(bool lazy = false) : lazy_(lazy) {}
  void on_event(const event::Item&) override { ++read; }
  void on_row(const event::Item&) override {
    ++read;
    if (end != nullptr && read == stop_at) stop();
  }
  void on_control(const event::Item&) override { ++controls; }
  void on_reading() override { before_reading.push_back(read); }
  void on_checkpoint(const event::Control&, std::uint64_t mark, bool) override {
    newest = mark;
    covered = read;
    if (!lazy_) end->durable(mark, read);
  }
  [[nodiscard]] std::chrono::milliseconds patience() const override { return 20ms; }
  void on_quiet(bool) override {
    ++quiet;
    if (on_idle) on_idle();
  }
  bool finish(Finish how, bool tracked) override {
    finished = how;
    const bool keep = how == Finish::whole || !tracked;
    if (newest > 0) end->durable(newest, covered);
    if (!keep) forgotten = read - covered;
    return keep || forgotten == 0;
  }

  SinkEnd* end = nullptr;
  std::uint64_t read = 0;
  std::uint64_t controls = 0;
  std::uint64_t quiet = 0;
  std::uint64_t newest = 0;
  std::uint64_t covered = 0;
  std::uint64_t forgotten = 0;
  std::uint64_t stop_at = 0;
  std::vector<std::uint64_t> before_reading;
  std::function<void()> on_idle;
  std::function<void()> stop;
  Finish finished = Finish::whole;

 private:
  bool lazy_;
};

class Stop final : public signals::StopSource {
 public:
  [[nodiscard]] bool stop_requested() const noexcept override { return requested; }
  [[nodiscard]] int fd() const noexcept override { return requested ? pipe.reader.get() : -1; }
  void request() {
    requested = true;
    pipe.put("x");
  }
  tests::Pipe pipe;
  bool requested = false;
};

struct Run {
  explicit Run(const std::string& text, bool lazy = false) : sink(lazy) {
    input.put(text);
    options.ack = {folder.file("ack")};
  }
  ExitCode run(bool close = true) {
    if (close) input.writer.reset();
    cli::Context context("test", options, signals::StopToken(stop));
    SinkEnd end(context,
                {.name = "test",
                 .input = input.reader.get(),
                 .output = receipts.writer.get(),
                 .drain_limit = limit});
    sink.end = &end;
    sink.stop = [&] { stop.request(); };
    const ExitCode code = end.run(sink);
    rejected = end.rejected();
    promised = context.promised();
    return code;
  }
  [[nodiscard]] std::uint64_t acked() const {
    const auto record = ack::parse(tests::content_of(folder.file("ack")));
    return record ? record->seq : 0;
  }

  tests::ScratchFolder folder;
  tests::Pipe input;
  tests::Pipe receipts;
  cli::CommonOptions options;
  Stop stop;
  Rows sink;
  std::chrono::milliseconds limit{1000};
  std::uint64_t rejected = 0;
  bool promised = false;
};

}  // namespace

TEST_CASE("whole input: everything is acknowledged, 0") {
  Run run(kHello + kRow + checkpoint(1) + kRow + checkpoint(2, "eof"));
  CHECK(run.run() == ExitCode::done);
  CHECK(run.sink.finished == Finish::whole);
  CHECK(run.acked() == 2);
  CHECK(run.promised);
  CHECK(run.sink.controls == 1);
  CHECK(run.sink.before_reading.front() == 0);
  CHECK(run.sink.before_reading.back() == 2);
}

TEST_CASE("receipts that nobody reads any more end it, while nothing comes too") {
  Run run(kHello + kRow + checkpoint(1));
  run.receipts.reader.reset();
  bool closed = false;
  try {
    (void)run.run(false);
  } catch (const base::Error& error) {
    closed = error.kind() == base::ErrorKind::output_closed;
  }
  CHECK(closed);
  CHECK(run.acked() == 1);
}

TEST_CASE("input without control lines ends where it ends") {
  Run run(kRow + kRow);
  CHECK(run.run() == ExitCode::done);
  CHECK(run.sink.read == 2);
  CHECK_FALSE(run.promised);
}

TEST_CASE("cut input: the last checkpoint is acknowledged, the rest forgotten, 75") {
  for (const std::string& tail : {std::string(), kRow, std::string("{\"a\":")}) {
    CAPTURE(tail);
    Run run(kHello + kRow + checkpoint(1) + tail, true);
    CHECK(run.run() == ExitCode::retry_later);
    CHECK(run.sink.finished == Finish::cut);
    CHECK(run.acked() == 1);
  }
}

TEST_CASE("rejected lines end with 1, and are durable before the acknowledgement") {
  Run run(kHello + "[1]\n" + checkpoint(1) + checkpoint(2, "eof"));
  run.options.on_error = "reject";
  run.options.reject = run.folder.file("bad");
  CHECK(run.run() == ExitCode::differences);
  CHECK(run.rejected == 1);
  CHECK(tests::content_of(run.folder.file("bad")).find("[1]") != std::string::npos);
  CHECK(run.acked() == 2);
}

TEST_CASE("a signal ends untracked input at once, also where another line is always there") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += kRow;
  Run run(text);
  run.sink.stop_at = 10;
  CHECK(run.run() == ExitCode::done);
  CHECK(run.sink.read == 10);
  CHECK(run.sink.finished == Finish::stopped);
}

TEST_CASE("after a signal tracked input is read up to its source's eof: 0") {
  Run run(kHello + kRow + kRow + checkpoint(1));
  run.sink.stop_at = 1;
  run.sink.on_idle = [&] {
    run.input.put(kRow + checkpoint(2, "eof"));
    run.sink.on_idle = nullptr;
  };
  CHECK(run.run(false) == ExitCode::done);
  CHECK(run.sink.read == 3);
  CHECK(run.acked() == 2);
}

TEST_CASE("a source that says no more is waited for a little; what is covered is acknowledged") {
  Run covered(kHello + kRow + checkpoint(1));
  covered.sink.stop_at = 1;
  CHECK(covered.run(false) == ExitCode::done);
  CHECK(covered.acked() == 1);
  Run open(kHello + kRow + checkpoint(1) + kRow);
  open.sink.stop_at = 2;
  CHECK(open.run(false) == ExitCode::retry_later);
  CHECK(open.acked() == 1);
  CHECK(open.sink.forgotten == 1);
}

TEST_CASE(
    "a source that never says eof is given up when the time is over, not before the next pause") {
  Run run(kHello + kRow);
  run.sink.stop_at = 1;
  run.sink.on_idle = [&] { run.input.put(kRow); };
  const auto began = std::chrono::steady_clock::now();
  CHECK(run.run(false) == ExitCode::retry_later);
  CHECK(std::chrono::steady_clock::now() - began >= 900ms);
  CHECK(run.sink.finished == Finish::stopped);
}

TEST_CASE("an eof inside of a transaction covers no more than the checkpoint before it") {
  Run run(kHello + kRow + checkpoint(1) + kRow + checkpoint(2, "eof", ",\"inside\":true"));
  CHECK(run.run() == ExitCode::retry_later);
  CHECK(run.sink.finished == Finish::cut);
  CHECK(run.sink.forgotten == 1);
  CHECK(run.acked() == 2);  // its source need not wait for it
  Run nothing(kHello + kRow + checkpoint(1) + checkpoint(2, "eof", ",\"inside\":true"));
  CHECK(nothing.run() == ExitCode::done);
}

TEST_CASE("another source may follow at a border, not inside of what the first had begun") {
  const std::string other = R"({"__cdc":"hello","v":1,"run":"q","source":{"s":1},"from":"0"})"
                            "\n";
  Run fine(kHello + kRow + checkpoint(1) + kHello + kRow + checkpoint(2, "eof"));
  CHECK(fine.run() == ExitCode::done);
  CHECK(fine.acked() == 2);
  Run cut(kHello + kRow + checkpoint(1) + kRow + other + kRow);
  CHECK(cut.run() == ExitCode::retry_later);
  CHECK(cut.sink.read == 2);
  CHECK(cut.sink.finished == Finish::cut);
  CHECK(cut.acked() == 1);
}

TEST_CASE("a stale number is not acknowledged again, and does not hold the end up") {
  Run run(kHello + checkpoint(5) + checkpoint(4) + checkpoint(6, "eof"));
  CHECK(run.run() == ExitCode::done);
  CHECK(run.acked() == 6);
}

TEST_CASE("what was never read cannot be durable") {
  Run run("");
  cli::Context context("test", run.options, {});
  SinkEnd end(context, {.name = "test", .input = run.input.reader.get()});
  CHECK_THROWS_AS(end.durable(1, 0), base::Error);
}

TEST_CASE("a sink without ack file, or with another one, says so when hello comes") {
  const auto said = [](const std::string& hello, const std::vector<std::string>& ack) {
    return tests::run_captured(
               [&] {
                 cli::CommonOptions options;
                 options.ack = ack;
                 cli::Context context("test", options, {});
                 SinkEnd end(context, {.name = "test"});
                 Rows sink;
                 sink.end = &end;
                 return base::to_int(end.run(sink));
               },
               hello + checkpoint(1, "eof"))
        .err;
  };
  const tests::ScratchFolder folder;
  const std::string mine = folder.file("mine");
  const auto hello = [](const std::string& files) {
    return R"({"__cdc":"hello","run":"r","source":{},"from":"","ack":[)" + files + "]}\n";
  };
  CHECK(said(kHello, {}).find("--ack") != std::string::npos);
  CHECK(said(hello(""), {}).empty());
  CHECK(said(hello("\"/x/y.ack\""), {}).find("/x/y.ack") != std::string::npos);
  CHECK(said(hello("\"/x/y.ack\""), {mine}).find("not in \"" + mine) != std::string::npos);
  CHECK(said(hello("\"" + mine + "\""), {mine}).empty());
  CHECK(said(hello("\"/x/y.ack\",\"" + mine + "\""), {mine}).empty());
  CHECK(said(kHello, {mine}).empty());
}

TEST_CASE("the flags about lines reach whoever reads them") {
  cli::CommonOptions common;
  common.max_line = 1024;
  common.reject = "bad";
  for (const auto& [word, meant] : {std::pair{"stop", event::OnError::stop},
                                    std::pair{"skip", event::OnError::skip},
                                    std::pair{"reject", event::OnError::reject}}) {
    common.on_error = word;
    const auto input = pipe::input_settings(cli::Context("t", common, {}));
    CHECK(input.on_error == meant);
    CHECK(input.max_line == 1024);
    CHECK(input.tool == "t");
    CHECK(input.reject_path == "bad");
  }
}
