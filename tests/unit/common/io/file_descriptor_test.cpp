#include "common/io/file_descriptor.hpp"

#include "common/base/error.hpp"
#include "tests/unit/support/child.hpp"

#include <sys/stat.h>
#include <thread>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace std::chrono_literals;
using base::ErrorKind;

namespace {

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) != -1;
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

TEST_CASE("a descriptor has one owner and is closed with it") {
  int raw = -1;
  {
    tests::Pipe pipe;
    raw = pipe.reader.get();
    io::FileDescriptor other = std::move(pipe.reader);
    CHECK_FALSE(pipe.reader.is_open());
    CHECK(other.get() == raw);
    io::FileDescriptor& same = other;
    other = std::move(same);
    CHECK(is_open(raw));
    other = std::move(pipe.writer);
    CHECK_FALSE(is_open(raw));
    raw = other.get();
  }
  CHECK_FALSE(is_open(raw));
  CHECK_FALSE(io::FileDescriptor().is_open());
}

TEST_CASE("read_some: what is there, 0 at the end, an error names the source") {
  tests::Pipe pipe;
  pipe.put("abc");
  std::array<char, 16> block{};
  CHECK(io::read_some(pipe.reader.get(), block, "x") == 3);
  pipe.writer.reset();
  CHECK(io::read_some(pipe.reader.get(), block, "x") == 0);
  CHECK_THROWS_WITH_AS(io::read_some(-1, block, "there"),
                       "could not read \"there\": Bad file descriptor",
                       base::Error);
}

TEST_CASE("reads and writes wait when somebody made the descriptor non-blocking") {
  tests::Pipe pipe;
  for (const int fd : {pipe.reader.get(), pipe.writer.get()}) ::fcntl(fd, F_SETFL, O_NONBLOCK);
  const std::string bytes(300'000, 'x');
  std::thread writer([&] {
    std::this_thread::sleep_for(20ms);
    io::write_all(pipe.writer.get(), bytes, "pipe");
    pipe.writer.reset();
  });
  const std::string read = pipe.drain();
  writer.join();
  CHECK(read == bytes);
}

TEST_CASE("write_all: a closed pipe is a closed output, a full device an I/O error") {
  const auto code = tests::run_captured([] {
    ::signal(SIGPIPE, SIG_IGN);
    tests::Pipe pipe;
    pipe.reader.reset();
    return kind_of([&] { pipe.put("x"); }) == ErrorKind::output_closed ? 0 : 1;
  });
  CHECK(code.code == 0);
  const io::FileDescriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  CHECK_THROWS_WITH_AS(io::write_all(full.get(), "x", "stdout"),
                       "could not write \"stdout\": No space left on device",
                       base::Error);
}

TEST_CASE("wait_readable: bits in order, timeout, hang-up, negative descriptors") {
  tests::Pipe one;
  tests::Pipe two;
  const auto start = std::chrono::steady_clock::now();
  CHECK(io::wait_readable({one.reader.get(), -1, two.reader.get()}, 30ms) == 0);
  CHECK(std::chrono::steady_clock::now() - start >= 29ms);
  two.put("x");
  CHECK(io::wait_readable({one.reader.get(), -1, two.reader.get()}, 10s) == 4U);
  one.writer.reset();
  CHECK(io::wait_readable({one.reader.get(), -1, two.reader.get()}, -1ms) == 5U);
  CHECK(io::wait_readable({}, 0ms) == 0);
}

TEST_CASE("reader_is_gone never blocks and sees pipes, not files") {
  tests::Pipe pipe;
  CHECK_FALSE(io::reader_is_gone(pipe.writer.get()));
  pipe.fill();
  CHECK_FALSE(io::reader_is_gone(pipe.writer.get()));
  pipe.reader.reset();
  CHECK(io::reader_is_gone(pipe.writer.get()));
  const tests::ScratchFolder folder;
  const io::FileDescriptor file(::open(folder.write("f", "").c_str(), O_WRONLY | O_CLOEXEC));
  CHECK_FALSE(io::reader_is_gone(file.get()));
}

TEST_CASE("closed standard streams are opened again, in their places") {
  const auto result = tests::run_captured([] {
    for (const int fd : {0, 1, 2}) ::close(fd);
    io::ensure_standard_streams();
    for (const int fd : {0, 1, 2}) {
      struct stat status{};
      if (::fstat(fd, &status) != 0 || !S_ISCHR(status.st_mode)) return 1;
    }
    char byte = 0;
    if (::read(0, &byte, 1) != 0 || ::write(1, "x", 1) != 1) return 2;
    const io::FileDescriptor next(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    return next.get() > 2 ? 0 : 3;
  });
  CHECK(result.code == 0);
}

TEST_CASE("read_file: the whole content; missing is config") {
  const tests::ScratchFolder folder;
  const std::string content = std::string(200'000, 'a') + std::string("\0b", 2);
  CHECK(io::read_file(folder.write("f", content)) == content);
  CHECK(io::read_file(folder.write("empty", "")).empty());
  CHECK(kind_of([&] { (void)io::read_file(folder.file("none")); }) == ErrorKind::config);
  CHECK(kind_of([&] { (void)io::read_file(folder.file("")); }) == ErrorKind::io);  // a folder
}
