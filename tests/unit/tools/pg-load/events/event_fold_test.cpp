#include "tools/pg-load/events/event_fold.hpp"

#include "common/base/error.hpp"
#include "tools/pg-load/value/codec.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace cdckit::pg_load;

namespace {

const std::vector<std::size_t> kActive{0, 1, 2};

// A row of three columns; `mask` bit n: column n is not given.
bool add(EventFold& fold,
         char op,
         const std::string& key,
         const std::string& a = "",
         const std::string& b = "",
         int mask = 0) {
  std::string& buffer = fold.buffer();
  EncodedEvent event{.op = op, .offset = buffer.size()};
  append_bytes_field(buffer, std::string_view(&op, 1));
  if (mask == 0) {
    append_null_field(buffer);
  } else {
    append_bytes_field(buffer, std::string(1, static_cast<char>(mask)));
  }
  event.key_offset = buffer.size();
  append_bytes_field(buffer, key);
  event.key_length = buffer.size() - event.key_offset;
  append_bytes_field(buffer, a);
  append_bytes_field(buffer, b);
  event.masked = mask != 0;
  if (fold.add(event, kActive)) return true;
  buffer.resize(event.offset);
  return false;
}

// op mask key a b, "-" for null
std::vector<std::string> rows(const EventFold& fold) {
  std::vector<std::string> out;
  fold.for_each([&](const FoldedRow& folded) {
    std::string_view row = folded.fields;
    std::string text;
    while (!row.empty()) {
      const std::int32_t length = read_int32(row);
      const auto size = static_cast<std::size_t>(length < 0 ? 0 : length);
      text += (text.empty() ? "" : " ") + (length < 0 ? "-" : std::string(row.substr(4, size)));
      row.remove_prefix(4 + size);
    }
    out.push_back(text);
  });
  return out;
}

using Rows = std::vector<std::string>;

// The key `from` becomes `key`; op u: the row must be there.
bool move(EventFold& fold,
          char op,
          const std::string& from,
          const std::string& key,
          const std::string& a = "",
          const std::string& b = "",
          int mask = 0) {
  std::string leaving;
  append_bytes_field(leaving, "d");
  append_null_field(leaving);
  const std::size_t offset = leaving.size();
  append_bytes_field(leaving, from);
  const std::size_t length = leaving.size() - offset;
  append_null_field(leaving);
  append_null_field(leaving);
  std::string& buffer = fold.buffer();
  EncodedEvent event{.op = op, .offset = buffer.size()};
  append_bytes_field(buffer, std::string_view(&op, 1));
  if (mask == 0) {
    append_null_field(buffer);
  } else {
    append_bytes_field(buffer, std::string(1, static_cast<char>(mask)));
  }
  event.key_offset = buffer.size();
  append_bytes_field(buffer, key);
  event.key_length = buffer.size() - event.key_offset;
  append_bytes_field(buffer, a);
  append_bytes_field(buffer, b);
  event.masked = mask != 0;
  return fold.add_moved(
      event, {.row = leaving, .key_offset = offset, .key_length = length}, kActive);
}

// The keys that rows come from, "-" for those that stay.
Rows origins(const EventFold& fold) {
  Rows out;
  fold.for_each([&](const FoldedRow& row) {
    out.push_back(row.origin.empty() ? "-" : std::string(row.origin.substr(4)));
  });
  return out;
}

}  // namespace

TEST_CASE("the last operation of a key is what remains") {
  EventFold fold;
  add(fold, 'c', "1", "a", "b");
  add(fold, 'u', "2", "c", "d");
  add(fold, 'u', "1", "e", "f");
  add(fold, 'd', "2");
  CHECK(rows(fold) == Rows{"c - 1 e f", "d - 2  "});
  CHECK(fold.rows() == 2);
  CHECK(fold.count('c') == 1);
}

TEST_CASE("a row that was there before its delete is not new") {
  EventFold fold;
  add(fold, 'd', "1");
  add(fold, 'c', "1", "a", "b");
  CHECK(rows(fold) == Rows{"u - 1 a b"});
}

TEST_CASE("unchanged columns come from the row before") {
  EventFold fold;
  add(fold, 'c', "1", "a", "b");
  add(fold, 'u', "1", "x", "", 4);
  CHECK(rows(fold) == Rows{"c - 1 x b"});
  CHECK_FALSE(fold.any_masked());
}

TEST_CASE("what neither row has stays masked") {
  EventFold fold;
  add(fold, 'u', "1", "", "b", 2);
  add(fold, 'u', "1", "", "c", 2);
  CHECK(rows(fold) == Rows{"u \2 1  c"});
  CHECK(fold.any_masked());
  add(fold, 'u', "1", "a", "", 4);
  CHECK(rows(fold) == Rows{"u - 1 a c"});
}

TEST_CASE("an update that needs a deleted row cannot be folded") {
  EventFold fold;
  add(fold, 'd', "1");
  CHECK_FALSE(add(fold, 'u', "1", "a", "", 4));
  CHECK(rows(fold) == Rows{"d - 1  "});
}

TEST_CASE("many keys, and again after clear") {
  EventFold fold;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 3000; ++i) add(fold, 'u', std::to_string(i % 1000), std::to_string(i));
    CHECK(fold.rows() == 1000);
    CHECK(rows(fold).front() == "u - 0 2000 ");
    fold.clear();
    CHECK(fold.empty());
  }
}

TEST_CASE("keys that grow, and then do not") {
  EventFold fold;
  const auto key = [](int i) {
    return std::string{static_cast<char>(i / 100), static_cast<char>(i % 100)};
  };
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 1000; ++i) add(fold, 'c', key(i), "first");
    CHECK(fold.rows() == 1000);
    add(fold, 'u', key(999), "", "again", 2);
    add(fold, 'u', key(500), "other");
    add(fold, 'd', key(0));
    for (int i = 1000; i < 2000; ++i) add(fold, 'c', key(i));
    add(fold, 'u', key(1500), "other");
    CHECK(fold.rows() == 2000);
    CHECK(fold.count('d') == 1);
    fold.sort_by_key();
    const Rows all = rows(fold);
    CHECK(all[0] == "d - " + key(0) + "  ");
    CHECK(all[500] == "c - " + key(500) + " other ");
    CHECK(all[999] == "c - " + key(999) + " first again");
    CHECK(all[1500] == "c - " + key(1500) + " other ");
    fold.clear();
  }
}

TEST_CASE("rows by key") {
  EventFold fold;
  add(fold, 'u', "b", "1");
  add(fold, 'd', "a");
  add(fold, 'u', "c", "2");
  add(fold, 'u', "b", "3");
  fold.sort_by_key();
  CHECK(rows(fold) == std::vector<std::string>{"d - a  ", "u - b 3 ", "u - c 2 "});
  fold.clear();
  add(fold, 'c', "b", "4");
  CHECK(rows(fold) == std::vector<std::string>{"c - b 4 "});
}

TEST_CASE("a row that moves leaves one key and names it at the other") {
  EventFold fold;
  CHECK(move(fold, 'u', "1", "2", "a", "", 4));
  CHECK(rows(fold) == Rows{"d - 1 - -", "u \4 2 a "});
  CHECK(origins(fold) == Rows{"-", "1"});
  CHECK(fold.any_moved());
}

TEST_CASE("a chain of moves names where it began") {
  EventFold fold;
  move(fold, 'u', "1", "2", "a", "", 4);
  add(fold, 'u', "2", "b", "", 4);
  move(fold, 'u', "2", "3", "c", "", 4);
  CHECK(rows(fold) == Rows{"d - 1 - -", "d - 2 - -", "u \4 3 c "});
  CHECK(origins(fold) == Rows{"-", "-", "1"});
}

TEST_CASE("two rows change places") {
  EventFold fold;
  move(fold, 'u', "1", "t", "a", "", 4);
  move(fold, 'u', "2", "1", "b", "", 4);
  move(fold, 'u', "t", "2", "c", "", 4);
  CHECK(rows(fold) == Rows{"u \4 1 b ", "d - t - -", "u \4 2 c "});
  CHECK(origins(fold) == Rows{"2", "-", "1"});
}

TEST_CASE("values that were sent before move along") {
  EventFold fold;
  add(fold, 'u', "1", "a", "b");
  move(fold, 'u', "1", "2", "c", "", 4);
  CHECK(rows(fold) == Rows{"d - 1 - -", "c - 2 c b"});
  add(fold, 'u', "2", "", "d", 2);
  CHECK(rows(fold) == Rows{"d - 1 - -", "c - 2 c d"});
  CHECK(origins(fold) == Rows{"-", "1"});
}

TEST_CASE("a new row that moves onto a deleted key needs no row of the target") {
  EventFold fold;
  add(fold, 'c', "1", "a", "b");
  add(fold, 'd', "2");
  move(fold, 'u', "1", "2", "c", "", 4);
  CHECK(rows(fold) == Rows{"d - 1 - -", "c - 2 c b"});
}

TEST_CASE("a row that moved and goes is two deletes, and its old key may come back") {
  EventFold fold;
  move(fold, 'c', "1", "2", "a", "b");
  add(fold, 'd', "2");
  add(fold, 'c', "1", "x", "y");
  CHECK(rows(fold) == Rows{"d - 2  ", "u - 1 x y"});
  CHECK_FALSE(fold.any_moved());
}

TEST_CASE("a deleted row cannot move") {
  EventFold fold;
  add(fold, 'd', "1");
  CHECK_FALSE(move(fold, 'u', "1", "2", "a", "", 4));
  CHECK(rows(fold) == Rows{"d - 1  "});
}

TEST_CASE("of a table without key a row can be given up, once") {
  EventFold fold;
  for (const char* text : {"a", "b"}) {
    std::string& buffer = fold.buffer();
    const EncodedEvent event{.op = 'c', .offset = buffer.size()};
    append_bytes_field(buffer, "c");
    append_null_field(buffer);
    append_bytes_field(buffer, text);
    REQUIRE(fold.add(event, {0}));
  }
  CHECK(fold.newest() == 1);
  fold.drop(0);
  CHECK(fold.rows() == 1);
  CHECK(rows(fold) == Rows{"c - b"});
  CHECK_THROWS_AS(fold.drop(0), cdckit::base::Error);
  EventFold keyed;
  REQUIRE(add(keyed, 'c', "k"));
  CHECK_THROWS_AS(keyed.drop(keyed.newest()), cdckit::base::Error);
}
