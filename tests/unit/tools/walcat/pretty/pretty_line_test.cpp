#include "tools/walcat/pretty/pretty_line.hpp"

#include "tests/unit/tools/walcat/support.hpp"

#include <array>

#include <doctest/doctest.h>

using namespace cdckit::walcat;

namespace {

constexpr std::string_view kHead = "2024-01-01T00:00:00.123456Z 0/10 ";

Value of(std::string_view bytes) {
  return {'t', bytes};
}

// id int key, name text, n int
struct View {
  Table table;
  PrettyLine line;

  explicit View(bool color = false) : line(color) {
    Relation relation{.oid = 1, .schema = "public", .table = "t", .identity = 'f', .columns = {}};
    relation.columns = {{"id", 23, -1, true}, {"name", 25, -1, false}, {"n", 23, -1, false}};
    table = build_table(relation, walcat_test::describe(relation), PlainEncoding());
    line.set_context({.pos_lsn = 0x20, .unix_us = 1'704'067'200'123'456});
  }
  std::string operator()(Row row) const {
    row.table = &table;
    row.lsn = 0x10;
    std::string out;
    line.append(out, row);
    return out;
  }
  // Behind the head.
  std::string rest(const Row& row) const {
    const auto out = (*this)(row);
    CHECK(out.starts_with(kHead));
    return out.substr(kHead.size());
  }
};

const std::array<Value, 3> kOne{of("1"), of("a b"), of("7")};
const std::array<Value, 3> kTwo{of("1"), of("a b"), of("8")};
const std::array<Value, 3> kMoved{of("2"), Value{'u', ""}, Value{}};

}  // namespace

TEST_CASE("each kind of change is one line") {
  const View view;
  CHECK(view.rest({.op = 'c', .key_values = kOne, .after = kOne}) ==
        "INSERT   public.t id=1 name=\"a b\" n=7\n");
  CHECK(view.rest({.op = 'r', .key_values = kOne, .after = kOne}) ==
        "READ     public.t id=1 name=\"a b\" n=7\n");
  CHECK(view.rest({.op = 'u', .key_values = kTwo, .after = kTwo}) ==
        "UPDATE   public.t id=1 name=\"a b\" n=8\n");
  CHECK(view.rest({.op = 'u', .key_values = kTwo, .before = kOne, .after = kTwo}) ==
        "UPDATE   public.t id=1 n=7→8\n");
  CHECK(view.rest({.op = 'd', .key_values = kOne, .before = kOne, .before_is_key = true}) ==
        "DELETE   public.t id=1\n");
  CHECK(view.rest({.op = 'd', .key_values = kOne, .before = kOne}) ==
        "DELETE   public.t id=1 name=\"a b\" n=7\n");
  CHECK(view.rest({.op = 't'}) == "TRUNCATE public.t\n");
}

TEST_CASE("a key change names the other key, what was not sent is said to be unchanged") {
  const View view;
  CHECK(view.rest({.op = 'd',
                   .key_values = kOne,
                   .new_key = kMoved,
                   .before = kOne,
                   .before_is_key = true}) == "DELETE   public.t id=1 (becomes id=2)\n");
  CHECK(view.rest({.op = 'c', .key_values = kMoved, .old_key = kOne, .after = kMoved}) ==
        "INSERT   public.t id=2 (was id=1) name=(unchanged) n=null\n");
}

TEST_CASE("colour wraps what it should and nothing else") {
  const View view(true);
  CHECK(view({.op = 'u', .key_values = kTwo, .before = kOne, .after = kTwo}) ==
        "\033[2m2024-01-01T00:00:00.123456Z 0/10\033[0m \033[33mUPDATE  \033[0m public.t"
        " \033[1mid=1\033[0m n=\033[31m7\033[0m→\033[32m8\033[0m\n");
}

TEST_CASE("long values are cut at a character, nothing steers the terminal") {
  const View view;
  std::string text(78, 'x');
  text += "éé end";
  const std::array<Value, 3> row{of("1"), of(text), of("7")};
  CHECK(view.rest({.op = 'c', .key_values = row, .after = row}) ==
        "INSERT   public.t id=1 name=\"" + std::string(78, 'x') + "… n=7\n");
  const std::array<Value, 3> hostile{of("1"), of("\033[2J\x7F\xC2\x9B\n\xC3\xA9"), of("7")};
  CHECK(view.rest({.op = 'c', .key_values = hostile, .after = hostile}) ==
        "INSERT   public.t id=1 name=\"\\u001b[2J??\\né\" n=7\n");
}

TEST_CASE("messages and borders") {
  const View view;
  std::string out;
  view.line.append_message(out, 0x10, "audit", "hi \"there\"");
  view.line.append_message(out, 0x10, "audit", std::string_view("\x00\xFF", 2));
  view.line.append_border(out, "COMMIT  ", "7, changes: 2");
  CHECK(out ==
        std::string(kHead) + "MESSAGE  audit \"hi \\\"there\\\"\"\n" + std::string(kHead) +
            "MESSAGE  audit \\x00ff\n2024-01-01T00:00:00.123456Z 0/20 COMMIT   7, changes: 2\n");
}
