#include "tools/kcat-cdc/consume/mark_book.hpp"

#include "common/io/file_descriptor.hpp"
#include "tests/unit/tools/kcat-cdc/temporary.hpp"

#include <fstream>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::kcat_cdc;
using std::chrono::seconds;

namespace {

constexpr const char* kSource = R"({"cluster":"c","group":"g"})";
const kafka::Partition kPartition{"t", 3};

Progress reading(std::int64_t offset) {
  Progress out{Range{}};
  PartitionProgress& at = out.assign(kPartition, offset + 1);
  at.mark = {offset, 1'790'000'000'000, 0xABCU};
  return out;
}

void write(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

std::int64_t kept_in(const std::string& path) {
  MarkBook book;
  book.open(path, kSource);
  return book.of(kPartition).offset;
}

}  // namespace

TEST_CASE("marks are written and read again") {
  const Marks marks{{{"a.b", 0}, {7, -1, 0}}, {kPartition, {9, 1'790'000'000'000, ~0ULL}}};
  const Marks back = parse_marks(format_marks(marks, kSource), kSource);
  REQUIRE(back.size() == 2);
  CHECK(back.at({"a.b", 0}).offset == 7);
  CHECK(back.at({"a.b", 0}).timestamp_ms == -1);
  CHECK(back.at(kPartition).hash == ~0ULL);
  CHECK(parse_marks(format_marks({}, kSource), kSource).empty());
}

TEST_CASE("what is no book of this source holds nothing") {
  const std::string good = format_marks({{kPartition, {9, 1, 2}}}, kSource);
  CHECK(parse_marks(good, R"({ "group":"g", "cluster":"c" })").size() == 1);
  CHECK(parse_marks(good, R"({"cluster":"c","group":"other"})").empty());
  for (const char* bad :
       {"",
        "[]",
        R"({"v":2,"source":{"cluster":"c","group":"g"},"marks":[["t",3,9,1,"02"]]})",
        R"({"v":1,"source":{"cluster":"c","group":"g"},"marks":{}})",
        R"({"v":1,"source":{"cluster":"c","group":"g"},"marks":["t"]})",
        R"({"v":1,"source":{"cluster":"c","group":"g"},"marks":[["t",3,9,1]]})",
        R"({"v":1,"source":{"cluster":"c","group":"g"},"marks":[["t",3,9,1,"02",1]]})",
        R"({"v":1,"source":{"cluster":"c","group":"g"},"marks":[["t",3,-9,1,"02"]]})",
        R"({"v":1,"source":{"cluster":"c","group":"g"},"marks":[["t",3000000000,9,1,"02"]]})",
        R"({"v":1,"source":{"cluster":"c","group":"g"},"marks":[["t",3,9,1,"x"]]})"})
    CHECK_MESSAGE(parse_marks(bad, kSource).empty(), bad);
  for (std::size_t size = 0; size + 1 < good.size(); ++size)
    CHECK_MESSAGE(parse_marks(good.substr(0, size), kSource).empty(), size);
}

TEST_CASE(
    "a book is written with the first mark of a partition, then now and then, and at the end") {
  const test::Temporary folder;
  const std::string path = folder.file("ack.topics");
  MarkBook book;
  book.open(path, kSource);
  CHECK(book.of(kPartition).offset == -1);
  const MarkBook::Time now = std::chrono::steady_clock::now();
  Progress progress = reading(5);
  book.keep(progress, now);
  CHECK(kept_in(path) == 5);
  progress.find("t", 3)->mark.offset = 6;
  book.keep(progress, now + seconds(2));
  CHECK(kept_in(path) == 5);
  book.keep(progress, now + seconds(40));
  CHECK(kept_in(path) == 6);
  progress.find("t", 3)->mark.offset = 7;
  book.keep_last(progress);
  CHECK(kept_in(path) == 7);
}

TEST_CASE("what is being proved is of the topic that was, and is not written anew") {
  const test::Temporary folder;
  const std::string path = folder.file("ack.topics");
  MarkBook book;
  book.open(path, kSource);
  Progress progress = reading(5);
  progress.find("t", 3)->proof = Proof::proving;
  book.keep_last(progress);
  CHECK(kept_in(path) == -1);
}

TEST_CASE("partitions of an earlier run are kept; a folder that takes nothing costs nothing") {
  const test::Temporary folder;
  const std::string path = folder.file("ack.topics");
  write(path, format_marks({{{"other", 0}, {2, 1, 1}}}, kSource));
  MarkBook book;
  book.open(path, kSource);
  Progress progress = reading(5);
  book.keep_last(progress);
  CHECK(parse_marks(io::read_file(path), kSource).size() == 2);
  MarkBook nowhere;
  nowhere.open(folder.file("no/such/folder"), kSource);
  CHECK_NOTHROW(nowhere.keep_last(progress));
  MarkBook none;
  CHECK_NOTHROW(none.keep_last(progress));
}
