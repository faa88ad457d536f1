#include "tools/kcat-cdc/wake_set.hpp"

#include "common/base/error.hpp"

#include <array>
#include <unistd.h>

#include <doctest/doctest.h>

using cdckit::io::FileDescriptor;
using cdckit::io::wait_readable;
using cdckit::kcat_cdc::WakeSet;
using std::chrono::milliseconds;

TEST_CASE("readable when one of its members is") {
  std::array<int, 2> pipe{};
  REQUIRE(::pipe(pipe.data()) == 0);
  const FileDescriptor in(pipe[0]);
  const FileDescriptor out(pipe[1]);
  const WakeSet set{-1, in.get()};
  CHECK(wait_readable({set.fd()}, milliseconds(0)) == 0);
  cdckit::io::write_all(out.get(), "x", "pipe");
  CHECK(wait_readable({set.fd()}, milliseconds(5000)) == 1);
  std::array<char, 8> bytes{};
  CHECK(cdckit::io::read_some(in.get(), bytes, "pipe") == 1);
  CHECK(wait_readable({set.fd()}, milliseconds(0)) == 0);
}

TEST_CASE("a descriptor that is not open is refused") {
  CHECK_THROWS_AS(WakeSet({9999}), cdckit::base::Error);
}
