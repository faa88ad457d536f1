#include "tools/pg-load/events/event_table.hpp"

#include "tests/unit/tools/pg-load/tables.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

namespace {

event::Event make(char op, std::string_view after, std::string_view key = R"({"id":1})") {
  event::Event event;
  event.op = op;
  event.key = key;
  event.after = after;
  return event;
}

}  // namespace

TEST_CASE("changes are collected until the shape of the rows grows") {
  EventTable table(tests::sample(), {}, {}, tests::plain_stream());
  CHECK(table.fold(make('c', R"({"id":1,"s":"a"})")) == FoldStatus::folded);
  CHECK(table.fold(make('d', "")) == FoldStatus::folded);
  CHECK(table.fold(make('c', R"({"id":2,"s":"a","n":1})")) == FoldStatus::barrier);
  CHECK_FALSE(table.empty());
  table.discard();
  CHECK(table.fold(make('c', R"({"id":2,"s":"a","n":1})")) == FoldStatus::folded);
}

TEST_CASE("an update that lacks columns after a delete waits for the delete") {
  EventTable table(tests::sample(), {}, {}, tests::plain_stream());
  event::Event update = make('u', R"({"id":1,"s":"a"})");
  update.unchanged = R"(["big"])";
  REQUIRE(table.fold(make('c', R"({"id":2,"s":"a","big":"b"})")) == FoldStatus::folded);
  REQUIRE(table.fold(make('d', "")) == FoldStatus::folded);
  CHECK(table.fold(update) == FoldStatus::barrier);
}

TEST_CASE("events that cannot be applied") {
  EventTable table(tests::sample(), {}, {}, tests::plain_stream());
  CHECK(table.fold(make('u', "")) == FoldStatus::bad);
  CHECK(table.fold(make('c', R"({"s":"a"})")) == FoldStatus::bad);
  CHECK(table.problem() == "table \"public.t\", column \"id\" (integer): the key is missing");
  CHECK(table.fold(make('d', "", "")) == FoldStatus::bad);
  CHECK(table.fold(make('c', R"({"id":1,"n":"x"})")) == FoldStatus::bad);
  CHECK(table.problem_code() == "22P02");
}

TEST_CASE("a table without key") {
  TargetTable target = tests::sample();
  target.key.clear();
  EventTable table(std::move(target), {}, {}, tests::plain_stream());
  CHECK(table.fold(make('c', R"({"id":1})", "")) == FoldStatus::folded);
  CHECK(table.fold(make('c', R"({"id":1})", "")) == FoldStatus::folded);
  event::Event change = make('u', R"({"id":2})", "");
  CHECK(table.fold(change) == FoldStatus::bad);
  change.before = R"({"id":1})";
  CHECK(table.fold(change) == FoldStatus::barrier);  // which of the inserts is meant is not known
  table.discard();
  CHECK(table.fold(change) == FoldStatus::folded);
  CHECK(table.fold(make('c', R"({"id":5})", "")) == FoldStatus::folded);
  event::Event gone = make('d', "", "");
  gone.before = R"({"id":5})";
  CHECK(table.fold(gone) == FoldStatus::folded);
  event::Event wider = make('u', R"({"id":2,"n":1})", "");
  wider.before = R"({"id":3})";
  CHECK(table.fold(wider) == FoldStatus::barrier);  // it sets other columns
  change.unchanged = R"(["big"])";
  CHECK(table.fold(change) == FoldStatus::alone);
}

TEST_CASE("a date that only the server may know") {
  TargetTable target = tests::sample();
  target.columns.push_back(tests::column("d", "date"));
  EventTable table(std::move(target), {}, {}, tests::plain_stream());
  CHECK(table.fold(make('c', R"({"id":1,"d":"today"})")) == FoldStatus::recoded);
  CHECK(table.fold(make('c', R"({"id":1,"d":"today"})")) == FoldStatus::folded);
}

TEST_CASE("what was collected is handed over as a set, what comes then is put aside and back") {
  EventTable table(tests::sample(), {}, {}, tests::plain_stream());
  CHECK_FALSE(table.hand_over());
  REQUIRE(table.fold(make('c', R"({"id":1,"s":"a"})")) == FoldStatus::folded);
  CHECK(table.hand_over());
  CHECK(table.empty());
  REQUIRE(table.fold(make('c', R"({"id":2,"s":"a"})")) == FoldStatus::folded);
  table.withdraw();
  table.swap_parked();
  CHECK(table.empty());
  table.discard();
  table.swap_parked();
  CHECK_FALSE(table.empty());
  table.clear();
  CHECK_FALSE(table.hand_over());
}
