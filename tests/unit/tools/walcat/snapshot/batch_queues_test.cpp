#include "tools/walcat/snapshot/batch_queues.hpp"

#include "common/base/error.hpp"

#include <thread>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;
using std::chrono::milliseconds;

namespace {

Batch batch(std::size_t table, const std::string& lines) {
  Batch out;
  out.table = table;
  out.lines = lines;
  return out;
}

}  // namespace

TEST_CASE("the writer takes the table it asks for, whichever job has it") {
  BatchQueues queues(2, 100);
  REQUIRE(queues.push(0, batch(1, "later")));
  Batch taken;
  CHECK_FALSE(queues.next(0, taken, milliseconds(1)));
  REQUIRE(queues.push(1, batch(0, "now")));
  REQUIRE(queues.push(1, batch(1, "then")));
  REQUIRE(queues.next(0, taken, milliseconds(1)));
  CHECK(taken.lines == "now");
  CHECK_FALSE(queues.next(0, taken, milliseconds(1)));
  REQUIRE(queues.next(1, taken, milliseconds(1)));
  CHECK(taken.lines == "later");
}

TEST_CASE("a job waits while its queue is full, another one does not") {
  BatchQueues queues(2, 10);
  REQUIRE(queues.push(0, batch(0, "0123456789abcdef")));  // passes alone
  std::thread job([&] { CHECK(queues.push(0, batch(0, "x"))); });
  REQUIRE(queues.push(1, batch(0, "y")));
  Batch taken;
  for (int i = 0; i < 3; ++i) CHECK(queues.next(0, taken, milliseconds(5000)));
  job.join();
}

TEST_CASE("closing lets waiting jobs go") {
  BatchQueues queues(1, 1);
  REQUIRE(queues.push(0, batch(0, "full")));
  std::thread job([&] { CHECK_FALSE(queues.push(0, batch(0, "more"))); });
  queues.close();
  job.join();
  CHECK(io::wait_readable({queues.closed_fd()}, milliseconds(0)) == 1U);
}

TEST_CASE("what a job threw reaches the writer") {
  BatchQueues queues(1, 1);
  queues.fail(std::make_exception_ptr(base::Error(base::ErrorKind::temporary, "gone")));
  Batch taken;
  CHECK_THROWS_AS(queues.next(0, taken, milliseconds(1)), base::Error);
}

TEST_CASE("batches come back empty") {
  BatchQueues queues(1, 1);
  Batch used = batch(3, "text");
  used.starts = {0};
  used.part_ends = true;
  queues.give_back(std::move(used));
  const Batch again = queues.spare();
  CHECK(again.lines.empty());
  CHECK(again.starts.empty());
  CHECK_FALSE(again.part_ends);
}
