#include "tools/cdc-check/windows/high_marks.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

TEST_CASE("the last value of each group, the longest unseen forgotten first") {
  HighMarks marks(2);
  CHECK(marks.value("a").empty());
  marks.set("a", "1");
  marks.set("b", "2");
  marks.set("a", "3");
  CHECK(marks.value("a") == "3");
  marks.set("c", "4");
  CHECK(marks.size() == 2);
  CHECK(marks.value("b").empty());
  CHECK(marks.value("a") == "3");
  CHECK(marks.value("c") == "4");
}
