#include "tools/walcat/change/streamed.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/walcat/support.hpp"

#include <filesystem>
#include <regex>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;
using namespace walcat_test;

namespace {

// The same message as it looks inside a block: its xid behind the type.
std::string inside(std::uint32_t xid, const std::string& bytes) {
  return bytes.substr(0, 1) + number(xid) + bytes.substr(1);
}

std::string without_clock(const std::string& lines) {
  static const std::regex row(R"re(,"ts_ms":\d+,"ts_us":\d+,"ts_ns":\d+\})re");
  static const std::regex logical(R"re("op":"m","ts_ms":\d+)re");
  return std::regex_replace(std::regex_replace(lines, row, "}"), logical, R"("op":"m")");
}

struct Fixture {
  explicit Fixture(const ChangesSettings& settings = {{"app", "db"}, true, true})
      : feed(settings), plain(settings), streamed(feed.changes, Spool::default_folder()) {}

  void control(const std::string& bytes) { streamed.control(feed.decoder.decode(bytes)); }
  void block(std::uint32_t xid, const std::vector<std::string>& messages) {
    control("S" + number(xid) + '\1');
    CHECK(streamed.in_block());
    for (const auto& bytes : messages) streamed.keep(5, bytes);
    control("E");
    CHECK_FALSE(streamed.in_block());
  }
  void abort(std::uint32_t xid, std::uint32_t subxid) {
    control("A" + number(xid) + number(subxid));
  }
  std::string commit(std::uint32_t xid, std::uint64_t lsn, std::uint64_t end) {
    std::string out;
    const std::string bytes = "c" + number(xid) + '\0' + number(lsn) + number(end) + number(9L);
    CHECK(streamed.commit(feed.decoder.decode(bytes), out, [] { return true; }));
    return without_clock(out);
  }
  // What the same transaction prints when it comes at once.
  std::string at_once(std::uint32_t xid,
                      std::uint64_t lsn,
                      std::uint64_t end,
                      const std::vector<std::string>& messages) {
    std::string out = plain(begin(lsn, xid, 9));
    for (const auto& bytes : messages) out += plain(bytes);
    return without_clock(out + plain(walcat_test::commit(lsn, end, 9)));
  }

  Feed feed;
  Feed plain;
  StreamedTransactions streamed;
};

std::string message(const std::string& prefix) {
  return "M\1" + number<std::uint64_t>(5) + text(prefix) + number<std::uint32_t>(2) + "hi";
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "interleaved blocks print what whole transactions do, in commit order") {
  block(7, {inside(7, plain_relation()), inside(7, insert(1, {"1", "x"}))});
  block(8, {inside(8, plain_relation()), inside(8, insert(1, {"2", "y"}))});
  block(7, {inside(7, insert(1, {"3", "z"})), inside(7, message("p"))});
  CHECK(streamed.spooled_bytes() > 0);
  CHECK(commit(8, 0x10, 0x20) == at_once(8, 0x10, 0x20, {plain_relation(), insert(1, {"2", "y"})}));
  CHECK(commit(7, 0x30, 0x40) ==
        at_once(7,
                0x30,
                0x40,
                {plain_relation(), insert(1, {"1", "x"}), insert(1, {"3", "z"}), message("p")}));
  CHECK(feed.changes.last_end() == 0x40);
  CHECK(streamed.spooled_bytes() == 0);
}

TEST_CASE_FIXTURE(Fixture, "a rollback takes exactly its own changes along") {
  block(7,
        {inside(70, plain_relation()),
         inside(70, insert(1, {"1", "gone"})),
         inside(7, insert(1, {"2", "stays"})),
         inside(71, insert(1, {"3", "stays"}))});
  abort(7, 70);
  block(7, {inside(7, insert(1, {"4", "stays"}))});
  CHECK(commit(7, 0x10, 0x20) == at_once(7,
                                         0x10,
                                         0x20,
                                         {plain_relation(),
                                          insert(1, {"2", "stays"}),
                                          insert(1, {"3", "stays"}),
                                          insert(1, {"4", "stays"})}));
}

TEST_CASE_FIXTURE(Fixture, "a relation that only a rolled back part has changed leaves no trace") {
  const std::string changed = relation(1, "t", 'd', {{"id", 23, true}, {"b", 25, false}});
  block(7, {inside(7, plain_relation()), inside(7, insert(1, {"1", "x"}))});
  block(7, {inside(70, changed), inside(70, insert(1, {"2", "y"}))});
  abort(7, 70);
  block(7, {inside(7, plain_relation()), inside(7, insert(1, {"3", "z"}))});
  const auto got = commit(7, 0x10, 0x20);
  CHECK(got ==
        at_once(7, 0x10, 0x20, {plain_relation(), insert(1, {"1", "x"}), insert(1, {"3", "z"})}));
}

TEST_CASE_FIXTURE(Fixture, "what a truncate or message relies on is announced first") {
  block(7, {inside(70, plain_relation())});
  abort(7, 70);
  const std::string truncate = "T" + number<std::uint32_t>(1) + '\0' + number<std::uint32_t>(1);
  block(7, {inside(7, message("p")), inside(7, truncate)});
  CHECK(commit(7, 0x10, 0x20) ==
        at_once(7, 0x10, 0x20, {message("p"), plain_relation(), truncate}));
}

TEST_CASE_FIXTURE(Fixture, "an origin is told with the first block") {
  block(7,
        {"O" + number<std::uint64_t>(0) + text("elsewhere"),
         inside(7, plain_relation()),
         inside(7, insert(1, {"1", "x"}))});
  CHECK(commit(7, 0x10, 0x20).find(R"("origin":"elsewhere")") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "nothing is printed of what was rolled back or holds no changes") {
  block(7, {inside(7, plain_relation()), inside(7, insert(1, {"1", "x"}))});
  abort(7, 7);
  CHECK(commit(7, 0x10, 0x20).empty());
  block(8, {inside(80, plain_relation()), inside(80, insert(1, {"1", "x"}))});
  abort(8, 80);
  CHECK(commit(8, 0x30, 0x40).empty());
  CHECK(commit(9, 0x50, 0x60).empty());
  CHECK(feed.changes.transactions() == 0);
  CHECK(feed.changes.last_end() == 0);  // as if the server had never sent it
}

TEST_CASE_FIXTURE(Fixture, "putting out can be ended in the middle") {
  block(7,
        {inside(7, plain_relation()),
         inside(7, insert(1, {"1", "x"})),
         inside(7, insert(1, {"2", "x"}))});
  std::string out;
  int asked = 0;
  const std::string bytes = "c" + number<std::uint32_t>(7) + '\0' + number<std::uint64_t>(0x10) +
                            number<std::uint64_t>(0x20) + number<std::uint64_t>(0);
  CHECK_FALSE(streamed.commit(feed.decoder.decode(bytes), out, [&] { return ++asked < 2; }));
  CHECK(feed.changes.in_transaction());
  CHECK(feed.changes.lines() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a message cut short is no reason to read beyond it") {
  block(7, {"I"});
  std::string out;
  const std::string bytes = "c" + number<std::uint32_t>(7) + '\0' + number<std::uint64_t>(0x10) +
                            number<std::uint64_t>(0x20) + number<std::uint64_t>(0);
  CHECK_THROWS_AS(streamed.commit(feed.decoder.decode(bytes), out, [] { return true; }),
                  base::Error);
}
