#include "tools/walcat/snapshot/incremental_snapshot.hpp"

#include "tests/unit/tools/walcat/support.hpp"

#include <deque>
#include <fcntl.h>
#include <thread>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;
using namespace walcat_test;

namespace {

// Chunks that a test has laid ready; keeps the signals.
class Scripted final : public ChunkSource {
 public:
  void hold(const IncrementalState& /*state*/) override {}
  void interrupt() override {}
  Chunk read(const IncrementalState& state) override {
    asked.push_back(state);
    if (chunks.empty()) throw base::Error(base::ErrorKind::temporary, "away");
    Chunk chunk = std::move(chunks.front());
    chunks.pop_front();
    chunk.next.slot = state.slot;
    chunk.next.tables = state.tables;
    return chunk;
  }
  void signal(const IncrementalState& state) override { signals.push_back(state_json(state)); }

  std::deque<Chunk> chunks;
  std::vector<IncrementalState> asked;
  std::vector<std::string> signals;
};

Chunk chunk(const std::string& seen, const std::string& id, std::size_t next_table) {
  Chunk out;
  out.relation = {.oid = 1,
                  .schema = "public",
                  .table = "t",
                  .identity = 'd',
                  .columns = {{"id", 23, -1, true}, {"a", 25, -1, false}}};
  out.seen = SeenTransactions(seen);
  out.bytes = id + "x";
  out.fields = {{0, id.size(), false}, {id.size(), 1, false}};
  out.rows = 1;
  out.next.table = next_table;
  out.next.after = {id};
  return out;
}

std::string signal_message(const std::string& content) {
  return "M" + number<std::uint8_t>(1) + number<std::uint64_t>(0) +
         text(std::string(kSignalPrefix)) + number(static_cast<std::uint32_t>(content.size())) +
         content;
}

std::string request() {
  IncrementalState state;
  state.slot = "s";
  state.tables = {"public.t"};
  return state_json(state);
}

struct Bench {
  Bench() {
    incremental.read_for("s");
    incremental.attach(changes);
    feed(plain_relation());
  }
  std::string feed(const std::string& bytes) {
    std::string out;
    changes.apply(decoder.decode(bytes), 5, out);
    return out;
  }
  // A whole transaction; what was printed.
  std::string transaction(std::uint64_t lsn, std::uint32_t xid, const std::string& body) {
    std::string out = feed(begin(lsn, xid));
    if (!body.empty()) out += feed(body);
    return out + feed(commit(lsn, lsn + 8));
  }
  // As the loop does it, until the worker has nothing to do.
  void advance() {
    do {
      incremental.advance();
      std::this_thread::yield();
    } while (incremental.working());
  }
  std::string told() {
    delivery.lines().clear();
    delivery.reached(0x9000, "0000000000009000");
    delivery.checkpoint(true);
    return delivery.lines();
  }
  static ChangesSettings settings(StreamObserver& observer) {
    ChangesSettings out;
    out.identity = {"n", "d"};
    out.observer = &observer;
    return out;
  }

  cli::Context context{"walcat", {}, {}};
  Delivery delivery{{.output = open("/dev/null", O_WRONLY | O_CLOEXEC), .control = true}, context};
  Scripted* source = new Scripted;  // NOLINT(cppcoreguidelines-owning-memory): given away below
  IncrementalSnapshot incremental{
      std::unique_ptr<ChunkSource>(source), {"n", "d"}, delivery, context.metrics()};
  PlainEncoding encoding;
  PgoutputDecoder decoder;
  Changes changes{settings(incremental), {{}, {}}, encoding, describe};
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("rows stand before the first transaction that their read has not seen") {
  Bench bench;
  bench.source->chunks.push_back(chunk("50:60:55", "1", 1));
  bench.advance();
  CHECK(bench.source->asked.empty());  // nobody has asked
  CHECK(bench.transaction(0x100, 40, signal_message(request())).empty());
  CHECK(bench.incremental.active());
  bench.advance();
  CHECK(bench.source->signals.size() == 1);
  CHECK_FALSE(has(bench.transaction(0x200, 54, insert(1, {"7", "a"})), R"("op":"r")"));
  const std::string out = bench.transaction(0x300, 55, insert(1, {"1", "newer"}));
  CHECK(has(out, R"({"pos":"00000000000002FF/0000000000000001","key":{"id":1})"));
  CHECK(has(out, R"("snapshot":"incremental")"));
  CHECK(out.find(R"("op":"r")") < out.find(R"("op":"c")"));
  CHECK_FALSE(has(bench.transaction(0x400, 61, insert(1, {"8", "b"})), R"("op":"r")"));
}

TEST_CASE("the stream stands still while rows are looked at, and no longer") {
  Bench bench;
  bench.source->chunks.push_back(chunk("50:60:", "1", 1));
  bench.transaction(0x100, 40, signal_message(request()));
  CHECK_FALSE(bench.incremental.freezes_stream());
  bool stood = false;
  do {
    bench.incremental.advance();
    stood = stood || bench.incremental.freezes_stream();
  } while (bench.incremental.working());
  CHECK(stood);
  CHECK_FALSE(bench.incremental.freezes_stream());
}

TEST_CASE("what comes from a worker whose stream began anew meanwhile means nothing") {
  Bench bench;
  bench.source->chunks.push_back(chunk("50:60:", "1", 1));
  bench.source->chunks.push_back(chunk("50:60:", "2", 1));
  bench.transaction(0x100, 40, signal_message(request()));
  bench.incremental.advance();
  bench.incremental.stream_restarted();
  bench.advance();
  CHECK(bench.source->asked.size() == 2);
  CHECK(bench.source->signals.size() == 1);
}

TEST_CASE("positions from the newest message on wait until a later one was streamed") {
  Bench bench;
  bench.transaction(0x80, 39, insert(1, {"5", "e"}));
  bench.source->chunks.push_back(chunk("50:60:", "1", 0));
  bench.source->chunks.push_back(chunk("70:80:", "2", 1));
  bench.transaction(0x100, 40, signal_message(request()));
  CHECK(has(bench.told(), R"("pos":"0000000000000088")"));
  bench.advance();
  bench.transaction(0x200, 50, insert(1, {"6", "f"}));
  CHECK(has(bench.told(), R"("pos":"0000000000000088")") == false);  // unchanged: not told again
  CHECK(has(bench.transaction(0x300, 60, signal_message(bench.source->signals[0])), R"("op":"r")"));
  CHECK(has(bench.told(), R"("pos":"0000000000000208")"));
  bench.advance();
  CHECK(bench.source->asked[1].after == std::vector<std::string>{"1"});
  bench.transaction(0x400, 80, signal_message(bench.source->signals[1]));
  CHECK_FALSE(bench.incremental.active());
  CHECK(has(bench.told(), R"("pos":"0000000000009000")"));
}

TEST_CASE("a run that finds a step goes on behind it, later steps of the dead run mean nothing") {
  Bench bench;
  IncrementalState step;
  step.slot = "s";
  step.step = "old";
  step.tables = {"public.t"};
  step.after = {"41"};
  IncrementalState over = step;
  over.step = "older";
  over.table = 1;
  bench.transaction(0x100, 40, signal_message(state_json(step)));
  bench.transaction(0x200, 41, signal_message(state_json(over)));
  CHECK(bench.incremental.active());
  bench.source->chunks.push_back(chunk("50:60:", "42", 1));
  bench.advance();
  CHECK(bench.source->asked[0].after == std::vector<std::string>{"41"});
}

TEST_CASE("a finished one is not begun again, one of another slot is not ours") {
  Bench bench;
  IncrementalState other;
  other.slot = "other";
  other.tables = {"public.t"};
  bench.transaction(0x100, 40, signal_message(state_json(other)));
  other.slot = "s";
  other.step = "x";
  other.table = 1;
  bench.transaction(0x200, 41, signal_message(state_json(other)));
  bench.transaction(0x300, 42, signal_message("nonsense"));
  CHECK_FALSE(bench.incremental.active());
}

TEST_CASE("what was streamed before others see it is read again") {
  Bench bench;
  bench.transaction(0x100, 40, signal_message(request()));
  bench.transaction(0x200, 55, insert(1, {"1", "newer"}));
  bench.source->chunks.push_back(chunk("50:60:55", "1", 1));
  bench.advance();
  CHECK(bench.source->asked.size() == 1);
  CHECK(bench.source->signals.empty());
}

TEST_CASE("one that waits for long is remembered however many come after it") {
  Bench bench;
  bench.transaction(0x100, 40, signal_message(request()));
  bench.transaction(0x110, 41, insert(1, {"1", "newer"}));
  for (std::uint32_t xid = 100; xid < 3000; ++xid) bench.transaction(0x200 + xid * 16, xid, "");
  bench.source->chunks.push_back(chunk("41:3000:41", "1", 1));
  bench.advance();
  CHECK(bench.source->asked.size() == 1);
  CHECK(bench.source->signals.empty());
}

TEST_CASE("a chunk that cannot be read waits, a lost stream drops what was read") {
  Bench bench;
  bench.transaction(0x100, 40, signal_message(request()));
  bench.advance();
  CHECK(bench.source->asked.size() == 1);
  bench.advance();  // too early
  CHECK(bench.source->asked.size() == 1);
  CHECK(bench.incremental.active());

  Bench second;
  second.transaction(0x100, 40, signal_message(request()));
  second.source->chunks.push_back(chunk("50:60:", "1", 1));
  second.advance();
  second.incremental.stream_restarted();
  CHECK_FALSE(
      has(second.transaction(0x200, 60, signal_message(second.source->signals[0])), "\"r\""));
  CHECK(second.incremental.active());
}
