#include "tools/cdc-check/windows/ratio_window.hpp"

#include <algorithm>
#include <deque>
#include <random>

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

TEST_CASE("only a full window is judged, against a list") {
  std::mt19937 random(5);
  for (const std::size_t lines : {1U, 3U, 10U}) {
    for (std::uint64_t most = 0; most <= lines; ++most) {
      RatioWindow window(lines, most);
      std::deque<bool> last;
      for (int i = 0; i < 300; ++i) {
        const bool bad = random() % 3 == 0;
        last.push_back(bad);
        if (last.size() > lines) last.pop_front();
        const auto count = static_cast<std::uint64_t>(std::count(last.begin(), last.end(), true));
        CHECK(window.add(bad) == (last.size() == lines && count > most));
        CHECK(window.bad() == count);
      }
    }
  }
}
