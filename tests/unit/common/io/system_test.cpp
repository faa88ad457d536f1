#include "common/io/system.hpp"

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
