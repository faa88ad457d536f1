#include "tools/walcat/change/spool.hpp"

#include "common/base/error.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <sys/resource.h>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

namespace {

// A folder that goes with the test.
struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "spool-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path); }
  [[nodiscard]] bool empty() const { return std::filesystem::is_empty(path); }
  std::string path;
};

std::string all(SpoolReader reader) {
  std::string out;
  SpooledMessage message;
  while (reader.next(message)) {
    out += std::to_string(message.start) + ":" + std::string(message.bytes.substr(0, 8)) + " ";
  }
  return out;
}

void put(Spool& spool, std::uint32_t xid, const SpooledMessage& message) {
  spool.open(xid);
  spool.append(message);
  spool.close();
}

}  // namespace

TEST_CASE("blocks of several transactions take turns, each comes out whole and in order") {
  const Folder folder;
  Spool spool(folder.path);
  put(spool, 7, {1, "a"});
  put(spool, 8, {2, "b"});
  put(spool, 7, {3, "c"});
  CHECK(folder.empty());  // nothing that a crash could leave behind
  CHECK(spool.transactions() == 2);
  CHECK(spool.bytes() > 0);
  CHECK(all(spool.take(7)) == "1:a 3:c ");
  CHECK(all(spool.take(8)) == "2:b ");
  CHECK(all(spool.take(9)).empty());
  CHECK(spool.bytes() == 0);
  CHECK(spool.transactions() == 0);
}

TEST_CASE("messages larger than the buffers") {
  const Folder folder;
  Spool spool(folder.path);
  spool.open(7);
  std::string expected;
  for (std::uint64_t i = 1; i <= 50; ++i) {
    spool.append({i, std::string(i * 20'000, static_cast<char>('a' + i % 26))});
    expected += std::to_string(i) + ":" + std::string(8, static_cast<char>('a' + i % 26)) + " ";
  }
  spool.close();
  CHECK(all(spool.take(7)) == expected);
}

TEST_CASE("a rolled back subtransaction is remembered, a rolled back transaction forgotten") {
  const Folder folder;
  Spool spool(folder.path);
  put(spool, 7, {1, "a"});
  spool.abort(7, 70);
  spool.abort(6, 60);  // never seen: nothing to forget
  const SpoolReader reader = spool.take(7);
  CHECK(reader.is_aborted(70));
  CHECK_FALSE(reader.is_aborted(7));
  put(spool, 8, {2, "b"});
  spool.abort(8, 8);
  CHECK(spool.bytes() == 0);
  CHECK(all(spool.take(8)).empty());
}

TEST_CASE("what cannot be created or written says where, and what to do") {
  Spool missing("/nonexistent/folder");
  try {
    missing.open(7);
    FAIL("made a file");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::cannot_create);
    CHECK(std::string(error.what()).find("/nonexistent/folder") != std::string::npos);
    CHECK(error.hint().find("--spool-dir") != std::string_view::npos);
  }
  const Folder folder;
  Spool spool(folder.path);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{1U << 16U, before.rlim_max};
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  spool.open(7);
  try {
    for (int i = 0; i < 100; ++i) spool.append({1, std::string(10'000, 'x')});
    FAIL("wrote it all");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::io);
    CHECK(error.hint().find("--spool-dir") != std::string_view::npos);
  }
  setrlimit(RLIMIT_FSIZE, &before);
  (void)std::signal(SIGXFSZ, handler);
}

TEST_CASE("a message outside a block is our own bug") {
  Spool spool("/tmp");
  CHECK_THROWS_AS(spool.append({1, "a"}), base::Error);
}
