#include "common/signals/stop.hpp"

#include "common/io/file_descriptor.hpp"
#include "tests/unit/support/child.hpp"

#include <csignal>
#include <thread>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace std::chrono_literals;

namespace {

// A child that says when it is ready, then does `body` with the token.
struct Waiting {
  explicit Waiting(const std::function<int(signals::StopToken)>& body)
      : child([&] {
          const auto token = signals::install();
          ready.put("r");
          return body(token);
        }) {
    std::array<char, 1> byte{};
    CHECK(io::read_some(ready.reader.get(), byte, "pipe") == 1);
  }
  tests::Pipe ready;
  tests::Child child;
};

int wait_for_two(signals::StopToken token) {
  while (!token.stop_requested()) token.sleep_for(10s);
  std::this_thread::sleep_for(30s);
  return 1;
}

}  // namespace

TEST_CASE("a token before install() is never stopped and sleeps") {
  const signals::StopToken token;
  CHECK_FALSE(token.stop_requested());
  CHECK(token.fd() == -1);
  const auto start = std::chrono::steady_clock::now();
  CHECK_FALSE(token.sleep_for(30ms));
  CHECK(std::chrono::steady_clock::now() - start >= 29ms);
}

TEST_CASE("the first signal asks to stop, cuts a sleep short and stays readable") {
  for (const int signal : {SIGINT, SIGTERM}) {
    Waiting waiting([](signals::StopToken token) {
      if (!token.sleep_for(60s) || !token.stop_requested()) return 1;
      for (int i = 0; i < 3; ++i) {
        if (io::wait_readable({token.fd()}, 0ms) != 1U) return 2;
      }
      return token.sleep_for(60s) ? 0 : 3;
    });
    waiting.child.kill(signal);
    CHECK(waiting.child.wait() == 0);
  }
}

TEST_CASE("the second signal ends the process at once with 130 or 143") {
  struct Case {
    int first;
    int second;
    int code;
  };
  for (const Case& item : {Case{SIGINT, SIGINT, 130},
                           Case{SIGTERM, SIGTERM, 143},
                           Case{SIGINT, SIGTERM, 143},
                           Case{SIGTERM, SIGINT, 130}}) {
    Waiting waiting(wait_for_two);
    waiting.child.kill(item.first);
    std::this_thread::sleep_for(
        30ms);  // two of the same kind at once would be merged by the kernel
    waiting.child.kill(item.second);
    CHECK(waiting.child.wait() == item.code);
  }
}

TEST_CASE("SIGPIPE is ignored") {
  Waiting waiting([](signals::StopToken) {
    tests::Pipe pipe;
    pipe.reader.reset();
    return ::write(pipe.writer.get(), "x", 1) == -1 && errno == EPIPE ? 0 : 1;
  });
  CHECK(waiting.child.wait() == 0);
}

TEST_CASE("request_stop does what a signal does; installing twice keeps the state") {
  Waiting waiting([](signals::StopToken token) {
    const int fd = token.fd();
    signals::request_stop();
    const auto again = signals::install();
    return again.stop_requested() && again.fd() == fd && io::wait_readable({fd}, 0ms) == 1U ? 0 : 1;
  });
  CHECK(waiting.child.wait() == 0);
}
