#include "tools/walcat/stream/streaming.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/walcat/support.hpp"

#include <deque>
#include <fcntl.h>
#include <fstream>
#include <unistd.h>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit;
using namespace cdckit::walcat;
using namespace walcat_test;

namespace {

// Gives prepared messages; afterwards the server ends the stream.
class Script final : public pg::MessageStream {
 public:
  struct Step {
    pg::StreamStatus status;
    std::string bytes;
    std::uint64_t wal_end;
  };
  pg::StreamStatus next(pg::StreamMessage& message) override {
    if (steps.empty()) return pg::StreamStatus::end;
    now = steps.front();
    steps.pop_front();
    message = {.start = 5,
               .wal_end = now.wal_end,
               .server_clock = 0,
               .reply_requested = false,
               .data = now.bytes};
    return now.status;
  }
  void confirm(std::uint64_t lsn) noexcept override { flushed = std::max(flushed, lsn); }
  void received(std::uint64_t lsn) noexcept override { written = std::max(written, lsn); }
  void send_status(bool requested) override { questions += requested ? 1 : 0; }
  void send_status_if_due(std::chrono::milliseconds /*interval*/) override {}
  [[nodiscard]] int socket() const noexcept override { return -1; }
  [[nodiscard]] pg::Link link() const noexcept override { return pg::Link::network; }
  [[nodiscard]] std::uint64_t confirmed() const noexcept override { return flushed; }
  [[nodiscard]] bool has_news() const noexcept override { return false; }

  void data(const std::string& bytes) { steps.push_back({pg::StreamStatus::data, bytes, 0}); }
  void keepalive(std::uint64_t end) { steps.push_back({pg::StreamStatus::keepalive, "", end}); }
  void nothing() { steps.push_back({pg::StreamStatus::nothing, "", 0}); }
  void transaction(std::uint64_t lsn, std::uint64_t end) {
    data(begin(lsn));
    data(plain_relation());
    data(insert(1, {"1", "x"}));
    data(commit(lsn, end));
  }

  std::deque<Step> steps;
  Step now{};
  std::uint64_t flushed = 0;
  std::uint64_t written = 0;
  int questions = 0;
};

struct Fixture {
  Fixture()
      : delivery({.output = ::open("/dev/null", O_WRONLY | O_CLOEXEC),
                  .proof = Proof::none,
                  .ack_files = {},
                  .control = true},
                 around) {}
  std::uint64_t run(StreamLimits limits = {}) {
    Streaming streaming(std::move(limits), stream, feed.changes, delivery);
    streaming.run();
    return streaming.position();
  }
  cli::Context around{"walcat", {}, {}};
  Script stream;
  Feed feed;
  Delivery delivery;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a stream that the server ends is worth another attempt") {
  stream.transaction(0x10, 0x20);
  try {
    run();
    FAIL("went on");
  } catch (const base::Error& error) {
    CHECK(error.retryable());
  }
  CHECK(feed.changes.last_end() == 0x20);
  CHECK(stream.written == 0x20);
  CHECK(stream.flushed == 0);
}

TEST_CASE_FIXTURE(Fixture,
                  "the end is reached by a commit, before a later one, or by a keepalive") {
  stream.transaction(0x10, 0x20);
  stream.transaction(0x30, 0x40);
  StreamLimits limits;
  limits.until_lsn = 0x20;
  CHECK(run(limits) == 0x20);
  CHECK(feed.changes.lines() == 1);
  limits.until_lsn = 0x25;
  CHECK(run(limits) == 0x20);
  CHECK(feed.changes.lines() == 1);
  stream.steps.clear();
  stream.nothing();
  stream.keepalive(0x24);
  stream.keepalive(0x25);
  CHECK(run(limits) == 0x25);
  CHECK(stream.questions > 0);
}

TEST_CASE_FIXTURE(Fixture, "a keepalive inside a transaction moves nothing") {
  stream.data(begin(0x10));
  stream.keepalive(0x50);
  StreamLimits limits;
  limits.until_lsn = 0x40;
  CHECK_THROWS_AS(run(limits), base::Error);
  CHECK(stream.written == 0);
}

TEST_CASE_FIXTURE(Fixture, "a deadline ends it while idle") {
  for (int i = 0; i < 100; ++i) stream.nothing();
  StreamLimits limits;
  limits.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(30);
  CHECK_NOTHROW(run(limits));
  CHECK(std::chrono::steady_clock::now() >= *limits.deadline);
}
