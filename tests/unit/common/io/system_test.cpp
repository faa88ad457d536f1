#include "common/io/system.hpp"

#include "common/base/error.hpp"
#include "tests/unit/support/child.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>

#include <doctest/doctest.h>

using namespace cdckit;
using io::System;

TEST_CASE("a name is claimed by one process at a time, and free when it ends") {
  const std::string name = "cdckit-test:" + std::to_string(::getpid());
  {
    const io::Claim mine = io::system().claim(name);
    CHECK(mine.holder == 0);
    tests::Child other([&] { return io::system().claim(name).holder == ::getppid() ? 0 : 1; });
    CHECK(other.wait() == 0);
  }
  CHECK(io::system().claim(name).holder == 0);
}

TEST_CASE("long names that differ at their end are different names") {
  const std::string name = "cdckit-test:" + std::to_string(::getpid()) + std::string(200, 'x');
  const io::Claim mine = io::system().claim(name + "1");
  CHECK(mine.holder == 0);
  CHECK(io::system().claim(name + "2").holder == 0);
  tests::Child other([&] { return io::system().claim(name + "1").holder == ::getppid() ? 0 : 1; });
  CHECK(other.wait() == 0);
}

TEST_CASE("which file a name leads to") {
  const tests::ScratchFolder folder;
  System& system = io::system();
  const std::string path = folder.write("a", "1");
  const io::FileDescriptor file(system.open(path, O_RDWR));
  CHECK(system.named(file.get(), path) == System::Named::this_one);
  CHECK(system.rename(path, folder.file("b")) == 0);
  CHECK(system.named(file.get(), path) == System::Named::nothing);
  (void)folder.write("a", "2");
  CHECK(system.named(file.get(), path) == System::Named::another);
}

TEST_CASE("an unnamed file gets its name whole, and none that is taken") {
  const tests::ScratchFolder folder;
  System& system = io::system();
  const io::FileDescriptor file(system.open(folder.file(""), O_TMPFILE | O_RDWR));
  if (!file.is_open()) {
    CHECK((errno == EOPNOTSUPP || errno == EISDIR));  // the folder's file system has none
    return;
  }
  system.write_all(file.get(), "whole", "x");
  CHECK(folder.entries() == 0);
  CHECK(system.link(file.get(), folder.file("x")) == 0);
  CHECK(tests::content_of(folder.file("x")) == "whole");
  CHECK(system.link(file.get(), folder.file("x")) == -1);
  CHECK(system.unlink(folder.file("x")) == 0);
}

TEST_CASE("a watched folder becomes readable when a file in it is replaced") {
  const tests::ScratchFolder folder;
  System& system = io::system();
  const io::FileDescriptor watch = system.watch({folder.file("")});
  CHECK_FALSE(system.drain_watch(watch.get()));
  (void)folder.write("a", "1");
  CHECK(system.wait_readable({watch.get()}, std::chrono::seconds(10)) == 1U);
  CHECK(system.drain_watch(watch.get()));
  CHECK_FALSE(system.drain_watch(watch.get()));
}

TEST_CASE("read_all: from here to the end, through the system that it is given") {
  const tests::ScratchFolder folder;
  const std::string content = std::string(40'000, 'x') + "end";
  const std::string path = folder.write("a", content);
  const io::FileDescriptor file(io::system().open(path, O_RDONLY));
  CHECK(io::read_all(io::system(), file.get(), path) == content);
  CHECK(io::read_all(io::system(), file.get(), path).empty());
  class OneByteAtATime final : public System {
    std::size_t read_some(int fd, std::span<char> into, std::string_view source) override {
      return System::read_some(fd, into.first(1), source);
    }
  } slow;
  CHECK(::lseek(file.get(), -3, SEEK_END) > 0);
  CHECK(io::read_all(slow, file.get(), path) == "end");
  CHECK_THROWS_WITH_AS(
      io::read_all(slow, -1, "f"), "could not read \"f\": Bad file descriptor", base::Error);
}
