#include "tools/snow-put/channel/channel_machine.hpp"

#include "common/log/log.hpp"
#include "tests/unit/tools/snow-put/channel/model_service.hpp"

#include <functional>
#include <set>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::snow_put;
using snow::StreamFault;
using std::chrono::milliseconds;

namespace {

constexpr retry::Policy kPolicy{milliseconds(1), milliseconds(4), milliseconds(2000)};

ChannelMachine::Time at(int now) {
  return ChannelMachine::Time(milliseconds(1'000'000 + now));
}

base::Error lost() {
  return {base::ErrorKind::temporary, "the connection was cut"};
}

// One process: a machine and what it has read.
struct Writer {
  ChannelMachine machine{"c", kPolicy};
  bool open = false;
  std::uint64_t next = 0;   // row to read
  std::uint64_t acked = 0;  // rows that are settled
  std::uint64_t errors = 0;
  std::vector<Refusal> refusals;

  void take() {
    const Settled settled = machine.take_settled();
    for (const BatchPointer& batch : settled.batches) {
      CHECK(batch->rows.front().line == acked + 1);
      acked = batch->rows.back().line;
      if (batch->refused()) refusals.push_back(batch->refusal);
    }
    errors += settled.row_errors;
  }
};

// What may go wrong with one answer, by chance.
struct Faults {
  unsigned lose_answer = 0;
  unsigned busy = 0;
  unsigned invalidate = 0;
  unsigned unknown = 0;
};

void answer_open(Writer& writer, model::Service& service, int now) {
  writer.machine.sent();
  snow::OpenedChannel answer;
  try {
    answer = service.open(now);
  } catch (const snow::StreamError& error) {
    return writer.machine.failed(error, at(now));
  }
  if (!writer.machine.opened(answer, at(now))) return;
  const auto marks = event::Marks::parse(writer.machine.state().committed_token);
  REQUIRE(marks);
  if (!writer.open) writer.acked = marks->stream().lsn;
  writer.next = std::max<std::uint64_t>(writer.next, marks->stream().lsn + 1);
  writer.open = true;
}

void answer_append(Writer& writer, model::Service& service, const Faults& faults, int now) {
  const auto wish = writer.machine.wish();
  const std::string token(wish.continuation_token);
  const Batch& batch = *wish.batch;
  writer.machine.sent();
  if (service.chance(faults.busy)) {
    return writer.machine.failed(snow::StreamError(StreamFault::transient, "429", ""), at(now));
  }
  if (service.chance(faults.invalidate)) service.invalidate("STALE_PIPE_CACHE");
  std::string next;
  try {
    next = service.append(token, batch, now);
  } catch (const snow::StreamError& error) {
    return writer.machine.failed(error, at(now));
  }
  if (service.chance(faults.lose_answer)) return writer.machine.failed(lost(), at(now));
  writer.machine.appended(next, at(now));
}

// One step of a process; throws what ends it.
void step(Writer& writer, model::Service& service, const Faults& faults, int now) {
  const auto wish = writer.machine.wish();
  if (wish.action != ChannelMachine::Action::none && wish.at <= at(now)) {
    if (wish.action == ChannelMachine::Action::append) {
      answer_append(writer, service, faults, now);
    } else {
      answer_open(writer, service, now);
    }
  }
  if (writer.machine.awaits_commit() && service.chance(50)) {
    const snow::ChannelStatus status = service.status(now);
    writer.machine.saw(service.chance(faults.unknown) ? nullptr : &status, at(now));
  }
  writer.machine.check_patience(at(now));
  writer.take();
}

void drain(Writer& writer, model::Service& service, int& now) {
  for (const int end = now + 3000; now < end; ++now) {
    step(writer, service, {}, now);
    if (writer.open && writer.machine.idle()) return;
  }
  FAIL("it never came to its end");
}

std::vector<std::string> rows(std::uint64_t first, std::uint64_t last) {
  std::vector<std::string> out;
  for (std::uint64_t number = first; number <= last; ++number)
    out.push_back(std::to_string(number));
  return out;
}

struct Setup {
  model::Service service{1};
  Writer writer;
  int now = 0;
  Setup() {
    log::configure({.level = log::Level::error});
    drain(writer, service, now);
  }
  void add(std::uint64_t first,
           std::uint64_t last,
           const std::map<std::uint64_t, std::string>& text = {}) {
    writer.machine.add(model::make_batch(first, last, text), at(now));
  }
  void append() { answer_append(writer, service, {}, now); }
};

base::ErrorKind failure_of(const std::function<void()>& step) {
  try {
    step();
  } catch (const base::Error& error) {
    return error.kind();
  }
  return base::ErrorKind::bug;
}

}  // namespace

TEST_CASE("batches settle when token and counters have passed them") {
  Setup setup;
  setup.add(1, 2);
  setup.add(3, 3);
  setup.append();
  setup.append();
  setup.service.commit(0, true);
  snow::ChannelStatus status{.name = "c",
                             .code = "SUCCESS",
                             .committed_token = setup.service.token(),
                             .rows_inserted = 2,
                             .has_counts = true};
  setup.writer.machine.saw(&status, at(1));
  CHECK(setup.writer.machine.take_settled().batches.size() == 1);
  status.rows_errors = 1;
  setup.writer.machine.saw(&status, at(2));
  const Settled settled = setup.writer.machine.take_settled();
  CHECK(settled.batches.size() == 1);
  CHECK(settled.row_errors == 1);
  CHECK(settled.all);
}

TEST_CASE("a channel that breaks again while it is opened sends each batch once") {
  Setup setup;
  setup.add(1, 1);
  setup.add(2, 2);
  setup.append();
  setup.append();
  setup.service.restart();
  setup.writer.machine.interrupted();
  for (int i = 0; i < 5; ++i) {
    step(setup.writer, setup.service, {.invalidate = 100}, setup.now);
    setup.now += 10;
  }
  drain(setup.writer, setup.service, setup.now);
  CHECK(setup.service.journal == rows(1, 2));
  CHECK(setup.service.violations.empty());
}

TEST_CASE("another writer ends it at once") {
  Setup setup;
  setup.add(1, 1);
  setup.service.open(0);
  CHECK(failure_of([&] { setup.append(); }) == base::ErrorKind::unavailable);
}

TEST_CASE("after revocation a new owner is expected") {
  Setup setup;
  setup.add(1, 1);
  setup.writer.machine.release(at(0));
  setup.service.open(0);
  CHECK(failure_of([&] { setup.append(); }) == base::ErrorKind::temporary);
}

TEST_CASE("a channel is not opened again long after its partition was revoked") {
  Setup setup;
  setup.writer.machine.release(at(0));
  setup.writer.machine.reopen(at(1'000));
  answer_open(setup.writer, setup.service, 1'001);
  CHECK(failure_of([&] { setup.writer.machine.reopen(at(25'000)); }) == base::ErrorKind::temporary);
}

TEST_CASE("a token that is not ours means another writer, one from before does not") {
  Setup setup;
  setup.add(1, 3);
  setup.append();
  snow::ChannelStatus status{.name = "c", .code = "SUCCESS"};
  status.committed_token = "0000000000000000/0000000000000000";
  setup.writer.machine.saw(&status, at(1));
  status.committed_token = model::make_batch(1, 2)->end_token;
  CHECK(failure_of([&] { setup.writer.machine.saw(&status, at(2)); }) ==
        base::ErrorKind::unavailable);
}

TEST_CASE("the answer is lost, the rows are in, the service is a new one") {
  Setup setup;
  setup.add(1, 1);
  answer_append(setup.writer, setup.service, {.lose_answer = 100}, 0);
  setup.service.commit(0, true);
  setup.service.restart();
  setup.now = 50;
  drain(setup.writer, setup.service, setup.now);
  CHECK(setup.service.journal == rows(1, 1));
  CHECK(setup.writer.acked == 1);
}

TEST_CASE("a body that is too large is cut until it is taken") {
  Setup setup;
  setup.service.largest_body = 3;
  setup.add(1, 20);
  drain(setup.writer, setup.service, setup.now);
  CHECK(setup.service.journal == rows(1, 20));
  CHECK(setup.writer.refusals.empty());
}

TEST_CASE("a row that is at fault is found, the rows around it arrive") {
  Setup setup;
  setup.add(1, 20, {{7, "poison"}});
  drain(setup.writer, setup.service, setup.now);
  REQUIRE(setup.writer.refusals.size() == 1);
  CHECK(setup.writer.refusals[0].code == "ERR_POISON");
  CHECK(setup.service.journal.size() == 19);
  CHECK(setup.writer.acked == 20);
}

TEST_CASE("when every row is at fault it is not the rows") {
  Setup setup;
  std::map<std::uint64_t, std::string> text;
  for (std::uint64_t number = 1; number <= 100; ++number) text[number] = "poison";
  setup.add(1, 100, text);
  CHECK(failure_of([&] { drain(setup.writer, setup.service, setup.now); }) ==
        base::ErrorKind::unavailable);
}

TEST_CASE("a channel that the service has forgotten goes on") {
  Setup setup;
  setup.add(1, 2);
  drain(setup.writer, setup.service, setup.now);
  setup.service.forget();
  setup.writer.machine.interrupted();
  setup.add(3, 4);
  drain(setup.writer, setup.service, setup.now);
  CHECK(setup.service.journal == rows(1, 4));
}

TEST_CASE("commits that never come end the wait") {
  Setup setup;
  setup.service.commits = false;
  setup.add(1, 1);
  CHECK(failure_of([&] { drain(setup.writer, setup.service, setup.now); }) ==
        base::ErrorKind::temporary);
}

TEST_CASE("a table that changed: opened anew when asked for") {
  Setup setup;
  setup.writer.open = false;
  setup.writer.machine.reopen(at(0));
  CHECK(setup.writer.machine.wish().action == ChannelMachine::Action::open);
  drain(setup.writer, setup.service, setup.now);
  CHECK(setup.writer.open);
}

// Random faults, kills, restarts of the service, two writers: the journal is the input, once.
TEST_CASE("whatever breaks, every row arrives once and in order") {
  log::configure({.level = log::Level::error});
  constexpr std::uint64_t kRows = 300;
  for (unsigned seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    model::Service service(seed);
    service.largest_body = 4 + seed % 5;
    const Faults faults{
        .lose_answer = seed % 13, .busy = seed % 7, .invalidate = seed % 5, .unknown = seed % 11};
    std::vector<std::unique_ptr<Writer>> writers;
    std::uint64_t acked = 0;
    int now = 0;
    for (; now < 20'000 && service.journal.size() + service.bad < kRows; ++now) {
      if (writers.empty() || (random() % 400 == 0 && writers.size() < 2))
        writers.push_back(std::make_unique<Writer>());
      if (random() % 300 == 0) writers.erase(writers.begin());  // kill -9
      if (random() % 200 == 0) {
        service.restart();
        for (const auto& writer : writers) writer->machine.interrupted();
      }
      for (std::size_t i = 0; i < writers.size(); ++i) {
        Writer& writer = *writers[i];
        if (writer.open && writer.next <= kRows && random() % 3 == 0) {
          const std::uint64_t last = std::min<std::uint64_t>(kRows, writer.next + random() % 9);
          std::map<std::uint64_t, std::string> text;
          for (std::uint64_t row = writer.next; row <= last; ++row)
            if (row % 97 == 0) text[row] = "bad";
          writer.machine.add(model::make_batch(writer.next, last, text), at(now));
          writer.next = last + 1;
        }
        try {
          step(writer, service, faults, now);
          acked = std::max(acked, writer.acked);
        } catch (const base::Error& error) {
          // another writer, or too much trouble: the process ends
          CAPTURE(std::string(error.what()));
          CHECK((error.kind() == base::ErrorKind::unavailable ||
                 error.kind() == base::ErrorKind::temporary));
          writers.erase(writers.begin() + static_cast<std::ptrdiff_t>(i));
          break;
        }
      }
      CHECK(acked <= service.journal.size() + service.bad);
    }
    std::vector<std::string> expected;
    for (std::uint64_t row = 1; row <= kRows; ++row)
      if (row % 97 != 0) expected.push_back(std::to_string(row));
    CHECK(service.journal == expected);
    CHECK(service.violations == std::vector<std::string>{});
  }
}
