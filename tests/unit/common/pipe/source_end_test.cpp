#include "common/pipe/source_end.hpp"

#include "common/ack/ack_record.hpp"
#include "common/base/error.hpp"
#include "common/io/locked_file.hpp"
#include "tests/unit/support/child.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit;
using namespace std::chrono_literals;
using pipe::Proof;
using pipe::SourceEnd;
using pipe::SourceSettings;

namespace {

struct Source {
  explicit Source(Proof proof, std::vector<std::string> files = {})
      : context("test", {}, signals::install()), end(context, settings(proof, std::move(files))) {}
  SourceSettings settings(Proof proof, std::vector<std::string> files) {
    // finish() closes the descriptor
    return {.output = ::dup(stdout_pipe.writer.get()),
            .capacity = 1U << 16U,
            .proof = proof,
            .ack_files = std::move(files),
            .control = true,
            .ack_timeout = 200ms,
            .stop_patience = 100ms};
  }
  std::vector<nlohmann::json> lines() {
    stdout_pipe.writer.reset();
    std::vector<nlohmann::json> out;
    std::istringstream text(stdout_pipe.drain());
    for (std::string line; std::getline(text, line);) out.push_back(nlohmann::json::parse(line));
    return out;
  }

  tests::Pipe stdout_pipe;
  cli::Context context;
  SourceEnd end;
};

void put(const std::string& path, const std::string& run, std::uint64_t seq) {
  ack::Record record;
  record.run = run;
  record.seq = seq;
  record.pos = "a position that is not looked at";
  io::replace_file(path, ack::format(record), false);
}

}  // namespace

TEST_CASE("hello names the run, the files and the encoding") {
  const tests::ScratchFolder folder;
  Source source(Proof::acks, {folder.file("a")});
  source.end.hello(R"({"x":1})", "here", "plain");
  CHECK_FALSE(source.context.promised());
  source.end.lines() += "{\"a\":1}\n";
  source.end.submit();
  CHECK(source.context.promised());
  CHECK_FALSE(source.end.finish([] {}));
  const auto lines = source.lines();
  REQUIRE(lines.size() == 3);
  CHECK(lines[0]["run"] == source.end.run());
  CHECK(lines[0]["source"]["x"] == 1);
  CHECK(lines[0]["from"] == "here");
  CHECK(lines[0]["encoding"] == "plain");
  CHECK(lines[0]["ack"][0] == folder.file("a"));
}

TEST_CASE(
    "what may be let go was noted when its checkpoint was sent; the file says only its number") {
  const tests::ScratchFolder folder;
  const std::string file = folder.file("a");
  Source source(Proof::acks, {file});
  source.end.hello("{}", "");
  for (std::uint64_t i = 1; i <= 3; ++i) {
    source.end.set_rows(i);
    source.end.reached({i * 100, "p" + std::to_string(i)});
    CHECK(source.end.checkpoint(true) == i);
  }
  source.end.submit();
  CHECK(source.end.acknowledged() == 0);
  put(file, "another run", 3);
  CHECK(source.end.acknowledged() == 0);
  put(file, source.end.run(), 4);  // never sent
  CHECK(source.end.acknowledged() == 0);
  put(file, source.end.run(), 2);
  CHECK(source.end.acknowledged() == 200);
  CHECK(source.end.covers(2));
  CHECK_FALSE(source.end.covers(3));
  put(file, source.end.run(), 1);
  CHECK(source.end.acknowledged() == 200);
  CHECK(source.end.wait_acknowledged(2, 0ms, [] {}));
  CHECK_FALSE(source.end.wait_acknowledged(3, 50ms, [] {}));
}

TEST_CASE("with --ack stdout what stdout took may be let go") {
  Source source(Proof::written);
  source.end.lines() += "{}\n";
  source.end.reached({7, "p7"});
  source.end.submit();
  CHECK(source.end.wait_acknowledged(0, 1s, [] {}));
  CHECK(source.end.acknowledged() == 7);
  CHECK(source.end.finish([] {}));
}

TEST_CASE("two sources on one ack file: the second is told who has it") {
  const tests::ScratchFolder folder;
  Source first(Proof::acks, {folder.file("a")});
  tests::Child second([&] {
    try {
      Source source(Proof::acks, {folder.file("./a")});
    } catch (const base::Error& error) {
      const std::string pid = "process " + std::to_string(::getppid());
      return error.retryable() && std::string(error.what()).find(pid) != std::string::npos ? 0 : 1;
    }
    return 2;
  });
  CHECK(second.wait() == 0);
}

TEST_CASE(
    "a full pipe is waited for, with a tick now and then; acknowledgements come in meanwhile") {
  Source source(Proof::none);
  (void)source.stdout_pipe.fill();
  source.end.lines() += std::string(1U << 16U, 'x') + "\n";
  source.end.submit();
  CHECK(source.end.full());
  int ticks = 0;
  CHECK(source.end.wait_for_room([&] {
    if (++ticks != 2) return;
    std::array<char, 1U << 17U> block{};
    const int pipe = source.stdout_pipe.reader.get();
    while (source.end.full()) {  // the writer says so a moment after its last byte was taken
      if (io::wait_readable({pipe}, 10ms) != 0) (void)io::read_some(pipe, block, "pipe");
    }
  }));
  CHECK(ticks == 2);
}

TEST_CASE("a pause ends with its time, or with a reader that is gone") {
  Source source(Proof::none);
  CHECK_FALSE(source.end.pause(20ms));
  source.stdout_pipe.reader.reset();
  CHECK_THROWS_AS((void)source.end.pause(10s), base::Error);
}
