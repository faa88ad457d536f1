#include "common/io/output_thread.hpp"

#include "common/base/error.hpp"
#include "tests/unit/support/child.hpp"

#include <thread>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace std::chrono_literals;
using base::ErrorKind;
using io::OutputThread;

namespace {

// tests of broken pipes must not die of the signal
const bool g_sigpipe_ignored = ::signal(SIGPIPE, SIG_IGN) != SIG_ERR;

void submit(OutputThread& output, const std::string& text) {
  output.buffer() += text;
  output.submit();
}

bool within(std::chrono::milliseconds limit, const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

ErrorKind kind_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const base::Error& error) {
    return error.kind();
  }
  return ErrorKind::bug;
}

}  // namespace

TEST_CASE("everything arrives, in order, and the stream is closed") {
  REQUIRE(g_sigpipe_ignored);
  tests::Pipe pipe;
  std::string expected;
  std::string got;
  std::thread reader([&] { got = pipe.drain(); });
  {
    OutputThread output(::dup(pipe.writer.get()), 64U << 10U);
    pipe.writer.reset();
    for (int i = 0; i < 20'000; ++i) {
      const std::string line =
          "line " + std::to_string(i) + std::string(static_cast<std::size_t>(i % 97), '.') + "\n";
      expected += line;
      output.buffer() += line;
      if (i % 13 == 0) output.submit();
      while (output.full()) {
        io::wait_readable({output.wake_fd()}, 1s);
        output.clear_wake();
      }
    }
    output.close();
    CHECK(output.drained());
    output.close();  // once more does nothing
  }
  reader.join();  // it saw the end: close() closed the last writer
  CHECK(got == expected);
}

TEST_CASE("a full pipe never blocks the caller, and wake_fd says when there is room") {
  tests::Pipe pipe;
  OutputThread output(pipe.writer.get(), 100'000);
  const std::string block(200'000, 'x');
  const auto start = std::chrono::steady_clock::now();
  submit(output, block);
  submit(output, block);
  CHECK(std::chrono::steady_clock::now() - start < 2s);
  CHECK(output.full());
  CHECK_FALSE(output.drained());
  CHECK_FALSE(output.wait_drained(20ms));
  CHECK(output.pending_bytes() == 400'000);
  CHECK(io::wait_readable({output.wake_fd()}, 0ms) == 0);

  std::string got;
  std::thread reader([&] {
    std::array<char, 65536> bytes{};
    while (got.size() < 400'000)
      got.append(bytes.data(), io::read_some(pipe.reader.get(), bytes, "pipe"));
  });
  CHECK(io::wait_readable({output.wake_fd()}, 10s) == 1U);
  CHECK(output.wait_drained(10s));
  reader.join();
  output.clear_wake();
  CHECK(io::wait_readable({output.wake_fd()}, 0ms) == 0);
  CHECK_FALSE(output.full());
  CHECK(got.size() == 400'000);
}

TEST_CASE("a reader that goes away is noticed while idle") {
  tests::Pipe pipe;
  OutputThread output(pipe.writer.get(), 1000);
  CHECK_FALSE(output.failed());
  pipe.reader.reset();
  CHECK(io::wait_readable({output.wake_fd()}, 10s) == 1U);
  CHECK(output.failed());
  CHECK(kind_of([&] { output.submit(); }) == ErrorKind::output_closed);
  CHECK(kind_of([&] { output.wait_drained(1s); }) == ErrorKind::output_closed);
  CHECK(kind_of([&] { output.close(); }) == ErrorKind::output_closed);
}

TEST_CASE("a reader that goes away while the pipe is full") {
  tests::Pipe pipe;
  OutputThread output(pipe.writer.get(), 1000);
  submit(output, std::string(500'000, 'x'));
  CHECK_FALSE(output.wait_drained(10ms));
  pipe.reader.reset();
  CHECK(within(10s, [&] { return output.failed(); }));
  CHECK(kind_of([&] { output.close(); }) == ErrorKind::output_closed);
  CHECK(within(10s, [&] { return output.drained(); }));
}

TEST_CASE("a full device is an I/O error") {
  const io::FileDescriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  OutputThread output(full.get(), 1000);
  submit(output, "x\n");
  CHECK(kind_of([&] { output.wait_drained(10s); }) == ErrorKind::io);
  CHECK(kind_of([&] { output.close(); }) == ErrorKind::io);
}

TEST_CASE("destroyed without close: nothing hangs, a writer stuck in a full pipe is left behind") {
  tests::Pipe pipe;
  {
    OutputThread output(pipe.writer.get(), 1000);
    submit(output, std::string(300'000, 'x'));
    submit(output, "never written\n");
    CHECK_FALSE(output.wait_drained(20ms));
  }
  // the thread is still inside write(): the pipe's bytes prove that it survives its owner
  std::string got;
  std::array<char, 65536> bytes{};
  while (got.size() < 300'000)
    got.append(bytes.data(), io::read_some(pipe.reader.get(), bytes, "pipe"));
  std::this_thread::sleep_for(50ms);
  CHECK(io::wait_readable({pipe.reader.get()}, 0ms) == 0);
  CHECK(got == std::string(300'000, 'x'));
}

TEST_CASE("destroyed without close while idle") {
  tests::Pipe pipe;
  {
    const OutputThread output(pipe.writer.get(), 1000);
  }
  CHECK(::fcntl(pipe.writer.get(), F_GETFD) != -1);
}

TEST_CASE("empty buffers are not handed over") {
  tests::Pipe pipe;
  OutputThread output(pipe.writer.get(), 0);
  output.submit();
  CHECK(output.drained());
  CHECK(output.full());  // nothing fits a capacity of 0
  CHECK(output.wait_drained(0ms));
}

TEST_CASE("closing stdout keeps its number taken and tells the reader") {
  const auto result = tests::run_captured([] {
    tests::Pipe pipe;
    ::dup2(pipe.writer.get(), 1);
    pipe.writer.reset();
    OutputThread output(1, 1000);
    output.buffer() += "last words\n";
    output.close();
    if (pipe.drain() != "last words\n") return 1;
    const io::FileDescriptor next(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    return next.get() > 2 ? 0 : 2;
  });
  CHECK(result.code == 0);
}
