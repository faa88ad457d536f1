#include "common/retry/retry.hpp"

#include "tests/unit/support/child.hpp"

#include <set>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace std::chrono_literals;
using base::Error;
using base::ErrorKind;
using retry::Backoff;
using retry::Policy;

TEST_CASE("pauses stay between the first and the longest delay, and differ") {
  for (std::uint64_t seed = 1; seed < 200; ++seed) {
    Backoff backoff({100ms, 2000ms, 3600s}, seed);
    std::set<std::int64_t> seen;
    for (int i = 0; i < 50; ++i) {
      const auto pause = backoff.next(0ms);
      CHECK(pause >= 100ms);
      CHECK(pause <= 2000ms);
      seen.insert(pause.count());
    }
    CHECK(seen.size() > 10);
  }
}

TEST_CASE("pauses are counted for the whole process, a try given up is none") {
  const auto before = retry::pauses_so_far();
  Backoff backoff({100ms, 2000ms, 1s}, 7);
  CHECK(backoff.next(0ms) >= 0ms);
  CHECK(backoff.next(500ms) >= 0ms);
  CHECK(backoff.next(2s) < 0ms);
  CHECK(retry::pauses_so_far() == before + 2);
}

TEST_CASE("the first pause is at most three times the first delay; later ones grow") {
  std::int64_t first = 0;
  std::int64_t tenth = 0;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    Backoff backoff({100ms, 100'000ms, 3600s}, seed);
    const auto pause = backoff.next(0ms);
    CHECK(pause < 300ms);
    first += pause.count();
    for (int i = 0; i < 8; ++i) (void)backoff.next(0ms);
    tenth += backoff.next(0ms).count();
    backoff.reset();
    CHECK(backoff.next(0ms) < 300ms);
  }
  CHECK(tenth > 4 * first);
}

TEST_CASE("the time runs out: the last pause is cut, then there is none") {
  Backoff backoff({100ms, 1000ms, 500ms}, 7);
  CHECK(backoff.next(495ms) == 5ms);
  CHECK(backoff.next(500ms).count() < 0);
  CHECK(backoff.next(9999ms).count() < 0);
  CHECK(Backoff({100ms, 1000ms, 0ms}, 7).next(0ms).count() < 0);
}

TEST_CASE("odd policies") {
  CHECK(Backoff({0ms, 1000ms, 60s}, 3).next(0ms) >= 0ms);
  CHECK(Backoff({500ms, 100ms, 60s}, 3).next(0ms) == 100ms);
  CHECK(Backoff({100ms, 1000ms, 60s}).next(0ms) >= 100ms);
}

TEST_CASE("run: success after temporary failures, the observer sees each") {
  int calls = 0;
  std::vector<std::string> seen;
  const int value = retry::run(
      {1ms, 2ms, 60s},
      {},
      [&] {
        if (++calls < 4) throw Error(ErrorKind::temporary, "try " + std::to_string(calls));
        return 42;
      },
      [&](const Error& error, std::chrono::milliseconds pause) {
        CHECK(pause >= 1ms);
        seen.emplace_back(error.what());
      });
  CHECK(value == 42);
  CHECK(calls == 4);
  CHECK(seen == std::vector<std::string>{"try 1", "try 2", "try 3"});
}

TEST_CASE("run: what is not temporary is thrown at once, as it was") {
  int calls = 0;
  CHECK_THROWS_WITH_AS(retry::run({1ms, 1ms, 60s},
                                  {},
                                  [&] {
                                    ++calls;
                                    throw Error(ErrorKind::permission, "no");
                                  }),
                       "no",
                       Error);
  CHECK(calls == 1);
}

TEST_CASE("run: gives up with the last error when the time is used up") {
  int calls = 0;
  const auto start = std::chrono::steady_clock::now();
  try {
    retry::run({5ms, 10ms, 80ms}, {}, [&] {
      throw Error(ErrorKind::temporary, "gone " + std::to_string(++calls));
    });
    FAIL("it returned");
  } catch (const Error& error) {
    CHECK(error.what() == "gone " + std::to_string(calls));
  }
  CHECK(calls >= 3);
  CHECK(std::chrono::steady_clock::now() - start >= 75ms);
  CHECK(std::chrono::steady_clock::now() - start < 5s);
}

TEST_CASE("success forgets earlier failures") {
  retry::Attempts attempts({1ms, 1ms, 40ms}, {});
  const auto fail = [&] {
    try {
      throw Error(ErrorKind::temporary, "x");
    } catch (const Error& error) {
      attempts.failed(error);
    }
  };
  fail();
  std::this_thread::sleep_for(50ms);
  attempts.succeeded();
  CHECK_NOTHROW(fail());
  std::this_thread::sleep_for(50ms);
  CHECK_THROWS_AS(fail(), Error);
}

TEST_CASE("a stop ends the retries with the error at hand") {
  const auto result = tests::run_captured([] {
    const auto token = signals::install();
    int calls = 0;
    try {
      retry::run({60s, 60s, 3600s}, token, [&] {
        ++calls;
        signals::request_stop();
        throw Error(ErrorKind::temporary, "gone");
      });
    } catch (const Error&) {
      return calls == 1 ? 0 : 1;
    }
    return 2;
  });
  CHECK(result.code == 0);
}
