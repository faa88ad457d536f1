#include "tools/walcat/snapshot/streamed_xids.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

TEST_CASE("what was shown is known, what was not is not") {
  StreamedXids xids;
  CHECK_FALSE(xids.contains(7));
  CHECK_FALSE(xids.reaches(0));
  for (const std::uint32_t xid : {7U, 9U, 4096U, 5U}) xids.add(xid);
  for (const std::uint32_t xid : {5U, 7U, 9U, 4096U}) CHECK(xids.contains(xid));
  for (const std::uint32_t xid : {0U, 6U, 8U, 4095U, 4097U}) CHECK_FALSE(xids.contains(xid));
  CHECK(xids.reaches(4096));
  CHECK_FALSE(xids.reaches(4097));
  xids.clear();
  CHECK_FALSE(xids.contains(7));
}

TEST_CASE("numbers go round") {
  StreamedXids xids;
  xids.add(0xFFFFFFF0U);
  xids.add(5);
  CHECK(xids.reaches(0xFFFFFFFFU));
  CHECK(xids.reaches(5));
  CHECK_FALSE(xids.reaches(6));
  CHECK(xids.contains(0xFFFFFFF0U));
}

TEST_CASE("memory is bounded: the oldest are forgotten") {
  StreamedXids xids;
  xids.add(3);
  for (std::uint32_t block = 1; block <= StreamedXids::kBlocks; ++block) {
    xids.add(block * StreamedXids::kBlock);
  }
  CHECK_FALSE(xids.contains(3));
  CHECK(xids.contains(StreamedXids::kBlock));
}
