#include "common/io/locked_file.hpp"

#include "common/base/error.hpp"
#include "tests/unit/support/child.hpp"

#include <filesystem>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>

#include <doctest/doctest.h>

using namespace cdckit;
using base::ErrorKind;
using io::LockedFile;

namespace {

// 0: got the lock, 1: another holds it, 2: anything else
int try_lock(const std::string& path) {
  try {
    const LockedFile file(path);
    return 0;
  } catch (const base::Error& error) {
    return error.kind() == ErrorKind::temporary ? 1 : 2;
  }
}

int lock_in_child(const std::string& path) {
  tests::Child child([&] { return try_lock(path); });
  return child.wait();
}

}  // namespace

TEST_CASE("one process at a time, also across the owner's own renames, free when it ends") {
  const tests::ScratchFolder folder;
  const std::string path = folder.file("ack");
  {
    LockedFile mine(path);
    CHECK(lock_in_child(path) == 1);
    CHECK(try_lock(path) == 1);
    for (int i = 0; i < 20; ++i) {
      mine.replace("content " + std::to_string(i), i % 2 == 0);
      CHECK(lock_in_child(path) == 1);
    }
    CHECK(mine.read() == "content 19");
    CHECK(mine.path() == path);
  }
  CHECK(lock_in_child(path) == 0);
  CHECK(tests::content_of(path) == "content 19");
  CHECK(folder.entries() == 1);
}

TEST_CASE("an owner that was killed leaves the lock free") {
  const tests::ScratchFolder folder;
  const std::string path = folder.file("ack");
  tests::Pipe ready;
  tests::Child owner([&] {
    LockedFile mine(path);
    mine.replace("x", false);
    ready.put("r");
    ::pause();
    return 0;
  });
  std::array<char, 1> byte{};
  CHECK(io::read_some(ready.reader.get(), byte, "pipe") == 1);
  CHECK(try_lock(path) == 1);
  owner.kill(SIGKILL);
  CHECK(owner.wait() == -SIGKILL);
  CHECK(try_lock(path) == 0);
}

TEST_CASE("two processes that race for the lock while it is renamed never both hold it") {
  const tests::ScratchFolder folder;
  const std::string path = folder.file("ack");
  const std::string mark = folder.file("mark");
  // whoever holds the lock makes the mark exclusively; two holders at once would collide
  const auto contend = [&] {
    for (int held = 0; held < 300;) {
      try {
        LockedFile mine(path);
        const int fd = ::open(mark.c_str(), O_CREAT | O_EXCL | O_WRONLY, 0600);
        if (fd < 0) return 1;
        ::close(fd);
        mine.replace(std::to_string(::getpid()), false);
        ++held;
        ::unlink(mark.c_str());
      } catch (const base::Error& error) {
        if (error.kind() != ErrorKind::temporary) return 2;
      }
    }
    return 0;
  };
  tests::Child one(contend);
  tests::Child two(contend);
  CHECK(one.wait() == 0);
  CHECK(two.wait() == 0);
}

TEST_CASE("readers see the old or the new content, never a mixture") {
  const tests::ScratchFolder folder;
  const std::string path = folder.file("ack");
  LockedFile mine(path);
  mine.replace(std::string(5000, 'a'), false);
  std::thread writer([&] {
    for (int i = 0; i < 500; ++i) mine.replace(std::string(5000, i % 2 == 0 ? 'b' : 'a'), false);
  });
  for (int i = 0; i < 500; ++i) {
    const std::string seen = io::read_file(path);
    REQUIRE(seen.size() == 5000);
    REQUIRE(seen.find_first_not_of(seen[0]) == std::string::npos);
  }
  writer.join();
}

TEST_CASE("content is kept until the first replace") {
  const tests::ScratchFolder folder;
  const std::string path = folder.write("ack", "from an earlier run");
  const LockedFile mine(path);
  CHECK(mine.read() == "from an earlier run");
}

TEST_CASE("a link stays a link, its target is what is locked") {
  const tests::ScratchFolder folder;
  const std::string target = folder.write("target", "");
  std::filesystem::create_symlink(target, folder.file("link"));
  LockedFile mine(folder.file("link"));
  mine.replace("new", false);
  CHECK(std::filesystem::is_symlink(folder.file("link")));
  CHECK(tests::content_of(target) == "new");
  CHECK(try_lock(target) == 1);
}

TEST_CASE("what cannot be an ack file is refused") {
  const tests::ScratchFolder folder;
  CHECK(try_lock(folder.file("no/such/folder")) == 2);
  CHECK(try_lock(folder.file("")) == 2);
  CHECK_THROWS_WITH_AS(LockedFile("/dev/null"),
                       "could not create \"/dev/null\": it is not a plain file",
                       base::Error);
  struct stat status{};
  CHECK(::stat("/dev/null", &status) == 0);
  CHECK(S_ISCHR(status.st_mode));
}

TEST_CASE("a file that may not be opened is a matter of rights, one that may not be made is not") {
  class Refusing final : public io::System {
    int open(const std::string& /*path*/, int /*flags*/) override {
      errno = EACCES;
      return -1;
    }
  } system;
  const tests::ScratchFolder folder;
  const auto kind_for = [&](const std::string& path) {
    try {
      const LockedFile file(path, system);
    } catch (const base::Error& error) {
      return error.kind();
    }
    return base::ErrorKind::bug;
  };
  CHECK(kind_for(folder.write("there", "")) == base::ErrorKind::permission);
  CHECK(kind_for(folder.file("not there")) == base::ErrorKind::cannot_create);
}

TEST_CASE("replace_file: new content or the old one, and no temporary left behind") {
  const tests::ScratchFolder folder;
  const std::string path = folder.file("metrics");
  io::replace_file(path, "one", true);
  io::replace_file(path, "two", false);
  CHECK(tests::content_of(path) == "two");
  CHECK(folder.entries() == 1);
  CHECK_THROWS_AS(io::replace_file(folder.file("none/metrics"), "x", false), base::Error);
  // a file size limit stands for a full disk
  const auto result = tests::run_captured([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{10, 10};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    try {
      io::replace_file(path, std::string(1000, 'x'), false);
    } catch (const base::Error& error) {
      return error.kind() == ErrorKind::io ? 0 : 1;
    }
    return 2;
  });
  CHECK(result.code == 0);
  CHECK(tests::content_of(path) == "two");
  CHECK(folder.entries() == 1);
}

TEST_CASE("replace_file writes devices and links in place") {
  const tests::ScratchFolder folder;
  const auto result = tests::run_captured([] {
    io::replace_file("/dev/stderr", "to stderr\n", false);
    return 0;
  });
  CHECK(result.code == 0);
  CHECK(result.err == "to stderr\n");
  CHECK(std::filesystem::is_symlink("/dev/stderr"));
}
