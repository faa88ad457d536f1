#include "tools/cdc-check/windows/unique_window.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <string>

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

TEST_CASE("against a list of the last lines") {
  std::mt19937 random(11);
  for (const std::uint64_t lines : {1U, 2U, 7U, 100U}) {
    UniqueWindow window(lines);
    std::deque<int> last;
    for (int i = 0; i < 5'000; ++i) {
      const int value = static_cast<int>(random() % (lines * 2 + 2));
      const KeyHash key = hash_of(std::to_string(value));
      KeyHash owner;
      CHECK(window.contains(key, owner) ==
            (std::find(last.begin(), last.end(), value) != last.end()));
      if (random() % 5 == 0) {
        window.add_nothing();
        last.push_back(-1);
      } else {
        window.add(key, hash_of("owner"));
        last.push_back(value);
      }
      if (last.size() > lines) last.pop_front();
      if (random() % 11 == 0) {
        const int gone = static_cast<int>(random() % (lines * 2 + 2));
        window.remove(hash_of(std::to_string(gone)));
        for (int& one : last) {
          if (one == gone) one = -1;
        }
      }
    }
    CHECK(window.size() <= lines);
  }
}

TEST_CASE("the owner of a key is remembered") {
  UniqueWindow window(3);
  const KeyHash key = hash_of("k");
  KeyHash owner;
  window.add(key, hash_of("one"));
  CHECK(window.contains(key, owner));
  CHECK(owner.low == hash_of("one").low);
}
