#include "common/io/short_pause.hpp"

#include "common/io/file_descriptor.hpp"

#include <unistd.h>

#include <doctest/doctest.h>

using namespace cdckit;
using std::chrono::microseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

TEST_CASE("a short pause lasts as long as was asked, and ends when there is something to read") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const io::FileDescriptor reading(ends[0]);
  const io::FileDescriptor writing(ends[1]);
  const auto began = Clock::now();
  io::short_pause(reading.get(), microseconds(300));
  CHECK(Clock::now() - began >= microseconds(300));
  io::short_pause(-1, microseconds(1200));
  CHECK(Clock::now() - began >= microseconds(1500));
  io::write_all(writing.get(), "x", "pipe");
  const auto before = Clock::now();
  io::short_pause(reading.get(), seconds(60));
  CHECK(Clock::now() - before < seconds(30));
}
