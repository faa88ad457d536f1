#include "tools/pg-load/events/event_fold.hpp"

#include "tools/pg-load/value/big_endian.hpp"
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
  fold.for_each([&](std::string_view row, std::size_t) {
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
