#include "common/ack/source_ack.hpp"

#include "common/base/error.hpp"
#include "common/io/locked_file.hpp"
#include "tests/unit/support/scratch_folder.hpp"

#include <filesystem>
#include <thread>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace std::chrono_literals;
using ack::SourceAck;

namespace {

void put(const std::string& path, const std::string& run, std::uint64_t seq) {
  ack::Record record;
  record.run = run;
  record.seq = seq;
  record.pos = "p" + std::to_string(seq);
  io::replace_file(path, ack::format(record), false);
}

std::uint64_t seq_of(const std::optional<ack::Record>& record) {
  return record ? record->seq : 0;
}

}  // namespace

TEST_CASE("without files there is nothing to watch") {
  SourceAck source({});
  CHECK_FALSE(source.enabled());
  CHECK(source.fd() == -1);
  CHECK(source.read_all().empty());
  CHECK_FALSE(source.poll("r", 10));
}

TEST_CASE("a replaced file is seen at once through the descriptor") {
  const tests::ScratchFolder folder;
  const std::string path = folder.file("ack");
  SourceAck source({path});
  CHECK(source.enabled());
  CHECK_FALSE(source.poll("r", 10));
  CHECK(io::wait_readable({source.fd()}, 0ms) == 0);
  put(path, "r", 3);
  CHECK(io::wait_readable({source.fd()}, 10s) == 1U);
  CHECK(seq_of(source.poll("r", 10)) == 3);
  CHECK(io::wait_readable({source.fd()}, 0ms) == 0);
  CHECK(seq_of(source.poll("r", 10)) == 3);  // and stays known
  put(path, "r", 7);
  CHECK(source.poll("r", 10)->pos == "p7");
}

TEST_CASE("only this run, and nothing that was not sent") {
  const tests::ScratchFolder folder;
  const std::string path = folder.file("ack");
  SourceAck source({path});
  put(path, "older", 5);
  CHECK_FALSE(source.poll("r", 10));
  put(path, "r", 11);
  CHECK_FALSE(source.poll("r", 10));
  put(path, "r", 11);
  CHECK(seq_of(source.poll("r", 11)) == 11);
}

TEST_CASE("the slowest of several sinks counts; a missing one is nothing") {
  const tests::ScratchFolder folder;
  SourceAck source({folder.file("a"), folder.file("b")});
  put(folder.file("a"), "r", 5);
  CHECK_FALSE(source.poll("r", 10));
  put(folder.file("b"), "r", 2);
  CHECK(seq_of(source.poll("r", 10)) == 2);
  put(folder.file("b"), "r", 9);
  CHECK(seq_of(source.poll("r", 10)) == 5);
  CHECK(source.read_all().size() == 2);
  CHECK(seq_of(source.read_all()[1]) == 9);
}

TEST_CASE(
    "what was acknowledged stays so: torn, deleted, older or foreign files take nothing back") {
  const tests::ScratchFolder folder;
  const std::string path = folder.file("ack");
  SourceAck source({path});
  put(path, "r", 5);
  CHECK(seq_of(source.poll("r", 10)) == 5);
  put(path, "r", 4);
  CHECK(seq_of(source.poll("r", 10)) == 5);
  io::replace_file(path, "{\"run\":", false);
  CHECK(seq_of(source.poll("r", 10)) == 5);
  CHECK_FALSE(source.read_all()[0]);
  put(path, "other", 9);
  CHECK(seq_of(source.poll("r", 10)) == 5);
  std::filesystem::remove(path);
  CHECK(seq_of(source.poll("r", 10)) == 5);
  put(path, "r", 6);
  CHECK(seq_of(source.poll("r", 10)) == 6);
}

TEST_CASE("without a notice the poll once a second still finds the ack") {
  const tests::ScratchFolder folder;
  std::filesystem::create_directory(folder.file("real"));
  std::filesystem::create_directory_symlink(folder.file("real"), folder.file("link"));
  // the folder is swapped behind the watch
  const std::string path = folder.file("link") + "/ack";
  SourceAck source({path});
  CHECK_FALSE(source.poll("r", 10));
  std::filesystem::create_directory(folder.file("other"));
  put(folder.file("other") + "/ack", "r", 4);
  std::filesystem::remove(folder.file("link"));
  std::filesystem::create_directory_symlink(folder.file("other"), folder.file("link"));
  CHECK_FALSE(source.poll("r", 10));
  std::this_thread::sleep_for(1050ms);
  CHECK(seq_of(source.poll("r", 10)) == 4);
}

TEST_CASE("a folder that is missing at first") {
  const tests::ScratchFolder folder;
  SourceAck source({folder.file("later") + "/ack"});
  CHECK_FALSE(source.poll("r", 10));
  CHECK_FALSE(source.read_all()[0]);
}

TEST_CASE("a file that cannot be read is known when it is claimed") {
  const tests::ScratchFolder folder;
  class Refusing final : public io::System {
    int open(const std::string& path, int flags) override {
      if (!path.ends_with("secret")) return System::open(path, flags);
      errno = EACCES;
      return -1;
    }
  } system;
  const auto kind_for = [&](const std::string& path) {
    try {
      SourceAck({folder.file("none"), path}, system).claim();
    } catch (const base::Error& error) {
      CHECK(std::string(error.what()).find(path) != std::string::npos);
      return error.kind();
    }
    return base::ErrorKind::bug;
  };
  CHECK(kind_for(folder.file("secret")) == base::ErrorKind::permission);
  std::filesystem::create_directory(folder.file("folder"));
  CHECK(kind_for(folder.file("folder")) == base::ErrorKind::io);
}
