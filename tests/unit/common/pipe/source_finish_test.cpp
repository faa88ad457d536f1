#include "common/ack/ack_record.hpp"
#include "common/base/error.hpp"
#include "common/io/locked_file.hpp"
#include "common/pipe/source_end.hpp"
#include "tests/unit/support/child.hpp"

#include <thread>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace std::chrono_literals;
using pipe::Proof;
using pipe::SourceEnd;

namespace {

class Stop final : public signals::StopSource {
 public:
  [[nodiscard]] bool stop_requested() const noexcept override { return requested; }
  [[nodiscard]] int fd() const noexcept override { return -1; }
  bool requested = false;
};

struct Source {
  explicit Source(Proof proof, std::chrono::milliseconds timeout = 10s)
      : context("test", {}, signals::StopToken(stop)),
        end(context,
            {.output = ::dup(out.writer.get()),
             .proof = proof,
             .ack_files = proof == Proof::acks ? std::vector{file} : std::vector<std::string>{},
             .control = true,
             .ack_timeout = timeout,
             .stop_patience = 100ms}) {
    (void)signals::install();  // SIGPIPE is ignored
    out.writer.reset();
    end.hello("{}", "here");
  }
  void acknowledge(std::uint64_t seq) {
    ack::Record record;
    record.run = end.run();
    record.seq = seq;
    record.pos = "p";
    io::replace_file(file, ack::format(record), false);
  }

  tests::ScratchFolder folder;
  std::string file = folder.file("ack");
  tests::Pipe out;
  Stop stop;
  cli::Context context;
  SourceEnd end;
};

}  // namespace

TEST_CASE("the end is waited for, as long as acknowledgements come") {
  Source source(Proof::acks, 2s);
  source.end.set_rows(1);
  source.end.reached({1, "p1"});
  CHECK(source.end.checkpoint(true) == 1);
  std::jthread sink([&] {
    std::this_thread::sleep_for(1200ms);
    source.acknowledge(1);
    std::this_thread::sleep_for(1200ms);
    source.acknowledge(2);
  });
  CHECK(source.end.finish([] {}));
  CHECK(source.end.acknowledged() == 1);
}

TEST_CASE("without an acknowledgement 75, with the file's name and whether anybody holds it") {
  Source source(Proof::acks, 100ms);
  CHECK_FALSE(source.end.finish([] {}));
  const base::Error why = source.end.why_unfinished();
  CHECK(why.retryable());
  CHECK(std::string(why.what()).find(source.file) != std::string::npos);
  CHECK(std::string(why.what()).find("no sink holds it") != std::string::npos);
}

TEST_CASE("a sink that is gone is not waited for") {
  Source source(Proof::acks, 60s);
  auto sink = std::make_unique<io::LockedFile>(source.file);
  std::jthread dies([&] {
    std::this_thread::sleep_for(300ms);
    source.out.reader.reset();
    sink.reset();
  });
  const auto began = std::chrono::steady_clock::now();
  CHECK_FALSE(source.end.finish([] {}));
  CHECK(std::chrono::steady_clock::now() - began < 10s);
  CHECK(std::string(source.end.why_unfinished().what()).find("the sink is gone") !=
        std::string::npos);
}

TEST_CASE("a sink that has read everything and still works is waited for") {
  Source source(Proof::acks, 60s);
  io::LockedFile sink(source.file);
  std::jthread works([&] {
    source.out.reader.reset();
    std::this_thread::sleep_for(1500ms);
    ack::Record record;
    record.run = source.end.run();
    record.seq = 1;
    sink.replace(ack::format(record), true);
  });
  // the pipe takes a few lines before its reader goes
  try {
    const bool acknowledged = source.end.finish([] {});
    CHECK(acknowledged);
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::output_closed);
  }
}

TEST_CASE("a stdout that takes nothing ends with a stop, whatever was promised") {
  for (const Proof proof : {Proof::none, Proof::written, Proof::acks}) {
    Source source(proof);
    source.stop.requested = true;
    source.end.lines() += std::string(1U << 20U, 'x') + "\n";
    const auto began = std::chrono::steady_clock::now();
    CHECK_FALSE(source.end.finish([] {}));
    CHECK(std::chrono::steady_clock::now() - began < 5s);
    CHECK(source.end.why_unfinished().retryable());
  }
}

TEST_CASE("a stop inside of a transaction: eof says so, and it is no clean end") {
  Source source(Proof::acks);
  source.end.set_rows(1);
  source.end.reached({1, "p1"});
  CHECK(source.end.checkpoint(true) == 1);
  source.end.set_printed(5);
  source.acknowledge(2);
  CHECK_FALSE(source.end.finish([] {}));
  CHECK(std::string(source.end.why_unfinished().what()).find("inside of a transaction") !=
        std::string::npos);
  const std::string text = source.out.drain();
  CHECK(text.find(R"("pos":"p1","inside":true)") != std::string::npos);
}
