#include "tools/pg-load/events/set_writer.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/pg-load/stub_server.hpp"
#include "tools/pg-load/value/codec.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <string>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

namespace {

constexpr const char* kSavepoint = "SAVEPOINT direct";
constexpr const char* kRelease = "RELEASE SAVEPOINT direct";
constexpr const char* kBack = "ROLLBACK TO SAVEPOINT direct; RELEASE SAVEPOINT direct";

using Texts = std::vector<std::string>;

// A set of `rows` rows that are new, and a server that answers as `answers` says.
struct Bench {
  Bench() {
    session.begin();
    (void)server.take_statements();
  }

  static SessionSettings settings(const std::string& conninfo) {
    retry::Policy policy;
    policy.give_up_after = std::chrono::milliseconds(0);
    return {.conninfo = conninfo, .policy = policy, .stop = {}};
  }

  static EventFold set_of(std::initializer_list<std::pair<char, std::int32_t>> changes) {
    EventFold set;
    for (const auto& [op, key] : changes) {
      std::string& buffer = set.buffer();
      EncodedEvent event{.op = op, .offset = buffer.size()};
      append_bytes_field(buffer, std::string_view(&op, 1));
      append_big_endian(buffer, std::int32_t{-1});
      event.key_offset = buffer.size();
      append_integer_field(buffer, key);
      event.key_length = buffer.size() - event.key_offset;
      REQUIRE(set.add(event, {0}));
    }
    return set;
  }

  Texts statements_of(const SetPlan& plan,
                      std::initializer_list<std::pair<char, std::int32_t>> changes) {
    EventFold set = set_of(changes);
    counts = writer.write(session, set, plan);
    return server.take_statements();
  }

  void on(const std::string& sql, tests::StubAnswer answer) {
    const std::scoped_lock lock(mutex);
    answers[sql] = std::move(answer);
  }

  std::mutex mutex;  // the server has a thread of its own
  std::map<std::string, tests::StubAnswer> answers;
  tests::StubServer server{[this](const std::string& sql) {
    const std::scoped_lock lock(mutex);
    const auto found = answers.find(sql);
    return found == answers.end() ? tests::StubAnswer{} : found->second;
  }};
  Session session{settings(server.conninfo())};
  SetWriter writer;
  SetCounts counts;
};

SetPlan merging() {
  SetPlan plan;
  plan.make_stage = "make";
  plan.clear_stage = "clear";
  plan.copy_into_stage = "COPY stage";
  plan.apply = "merge";
  plan.keyed = true;
  plan.sort = true;
  plan.columns = 1;
  return plan;
}

SetPlan direct() {
  SetPlan plan = merging();
  plan.copy_into_target = "COPY target";
  return plan;
}

std::string code_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const pg::ServerError& error) {
    return std::string(error.sqlstate());
  }
  return "none";
}

}  // namespace

TEST_CASE("new rows go straight into the table, without op and mask") {
  Bench bench;
  CHECK(bench.statements_of(direct(), {{'c', 7}, {'c', 5}}) ==
        Texts{kSavepoint, "COPY target", kRelease});
  CHECK(bench.counts.inserted == 2);
  std::string wanted;
  append_copy_header(wanted);
  for (const std::int32_t key : {5, 7}) {  // by key
    append_big_endian(wanted, std::int16_t{1});
    append_integer_field(wanted, key);
  }
  append_copy_trailer(wanted);
  CHECK(bench.server.copied() == wanted);
}

TEST_CASE("when one of them is there already the set is merged, and the next ones for a while") {
  Bench bench;
  bench.on("COPY target", {.sqlstate = "23505"});
  bench.on("merge", {.tag = "MERGE 1"});
  CHECK(bench.statements_of(direct(), {{'c', 7}}) ==
        Texts{kSavepoint, "COPY target", kBack, "make", "COPY stage", "merge"});
  CHECK(bench.counts.inserted == 1);
  bench.on("COPY target", {});
  int merged = 0;
  while (bench.statements_of(direct(), {{'c', 7}}).front() != kSavepoint) ++merged;
  CHECK(merged == 15);
}

TEST_CASE("a table that takes no COPY is never asked again") {
  Bench bench;
  bench.on("COPY target", {.sqlstate = "0A000"});
  CHECK(bench.statements_of(direct(), {{'c', 7}}).front() == kSavepoint);
  bench.on("COPY target", {});
  for (int set = 0; set < 40; ++set)
    CHECK(bench.statements_of(direct(), {{'c', 7}}).back() == "merge");
}

TEST_CASE("what is no trouble of a row is told, and so is a row of a table without key") {
  Bench bench;
  bench.on("COPY target", {.sqlstate = "53100"});
  CHECK(code_of([&] { bench.statements_of(direct(), {{'c', 7}}); }) == "53100");
  Bench keyless;
  keyless.on("COPY target", {.sqlstate = "23502"});
  SetPlan plan = direct();
  plan.keyed = plan.sort = false;
  CHECK(code_of([&] { keyless.statements_of(plan, {{'c', 7}}); }) == "23502");
}

TEST_CASE("the staging table is made once, and emptied where no COMMIT has done it") {
  Bench bench;
  const SetPlan plan = merging();
  CHECK(bench.statements_of(plan, {{'u', 1}}) == Texts{"make", "COPY stage", "merge"});
  CHECK(bench.statements_of(plan, {{'u', 1}}) == Texts{"clear", "COPY stage", "merge"});
  bench.session.commit();
  bench.session.begin();
  (void)bench.server.take_statements();
  CHECK(bench.statements_of(plan, {{'u', 1}}) == Texts{"COPY stage", "merge"});
  bench.session.roll_back();  // perhaps it went with it
  bench.session.begin();
  (void)bench.server.take_statements();
  CHECK(bench.statements_of(plan, {{'u', 1}}) == Texts{"make", "COPY stage", "merge"});
  SetPlan wider = plan;
  wider.make_stage = "make it wider";
  CHECK(bench.statements_of(wider, {{'u', 1}}) == Texts{"make it wider", "COPY stage", "merge"});
}

TEST_CASE("staged rows have op and mask, and the key that they come from when some moved") {
  Bench bench;
  SetPlan plan = merging();
  plan.origin_columns = 1;
  EventFold set = Bench::set_of({{'u', 1}});
  (void)bench.writer.write(bench.session, set, plan);
  std::string wanted;
  append_copy_header(wanted);
  append_big_endian(wanted, std::int16_t{4});
  append_bytes_field(wanted, "u");
  append_null_field(wanted);
  append_integer_field(wanted, std::int32_t{1});
  append_null_field(wanted);
  append_copy_trailer(wanted);
  CHECK(bench.server.copied() == wanted);
}

TEST_CASE("rows with holes for nothing, and keys that only the server finds equal, are refused") {
  Bench bench;
  SetPlan plan = merging();
  plan.analyze = "analyze";
  plan.count_holes = "holes";
  plan.count_twins = "twins";
  plan.track = "track";
  bench.on("holes", {.rows = {{"0"}}});
  bench.on("twins", {.rows = {{"0"}}});
  CHECK(bench.statements_of(plan, {{'u', 1}}) ==
        Texts{"make", "COPY stage", "analyze", "holes", "twins", "merge", "track"});
  bench.on("holes", {.rows = {{"1"}}});
  CHECK(code_of([&] { bench.statements_of(plan, {{'u', 1}}); }) == "23000");
  (void)bench.server.take_statements();
  bench.on("holes", {.rows = {{"0"}}});
  bench.on("twins", {.rows = {{"1"}}});
  CHECK(code_of([&] { bench.statements_of(plan, {{'u', 1}}); }) == "21000");
  const Texts sent = bench.server.take_statements();
  CHECK(std::find(sent.begin(), sent.end(), "merge") == sent.end());
}

TEST_CASE("rows are counted by the server where it does, else as the events have it") {
  Bench bench;
  SetPlan plan = merging();
  bench.on("merge", {.tag = "MERGE 3"});
  (void)bench.statements_of(plan, {{'c', 1}, {'d', 2}, {'u', 3}, {'u', 4}});
  CHECK(bench.counts.inserted == 1);
  CHECK(bench.counts.deleted == 1);
  CHECK(bench.counts.updated == 1);
  CHECK(bench.counts.unchanged == 1);
  plan.statistics = "count";
  bench.on("count", {.rows = {{"10", "20", "30"}}});
  (void)bench.statements_of(plan, {{'c', 1}, {'u', 2}, {'u', 3}});
  CHECK(bench.counts.inserted == 0);  // nothing has moved between the two looks
  CHECK(bench.counts.unchanged == 0);
  SetPlan keyless = merging();
  keyless.keyed = keyless.sort = false;
  bench.on("merge", {.tag = "INSERT 0 2"});
  (void)bench.statements_of(keyless, {{'c', 1}, {'c', 2}});
  CHECK(bench.counts.inserted == 2);
}

TEST_CASE("a set is not forgotten when the server is gone") {
  Bench bench;
  EventFold set = Bench::set_of({{'c', 7}});
  bench.on("make", {.sqlstate = "57P01"});
  CHECK_THROWS_AS(bench.writer.write(bench.session, set, merging()), base::Error);
  CHECK(set.rows() == 1);
}

namespace {

// A server that has changed what `answer` says.
struct KeylessBench {
  explicit KeylessBench(tests::StubAnswer answer)
      : server([answer = std::move(answer)](const std::string& sql) {
          return sql.starts_with("change") ? answer : tests::StubAnswer{};
        }) {}

  SetCounts write(const KeylessFold& changes) {
    session.begin();
    (void)server.take_statements();
    return write_keyless(session,
                         changes,
                         {.update_one = "change: update",
                          .remove_one = "change: delete",
                          .change_all = "change: all"});
  }

  tests::StubServer server;
  Session session{{.conninfo = server.conninfo(), .policy = {}, .stop = {}}};
};

}  // namespace

TEST_CASE("a single change has a statement of its own") {
  KeylessFold gone;
  gone.remove("{}");
  KeylessBench deleting({.tag = "DELETE 1"});
  CHECK(deleting.write(gone).deleted == 1);
  CHECK(deleting.server.take_statements() == std::vector<std::string>{"change: delete"});
  KeylessFold changed;
  REQUIRE(changed.update("{}", R"({"a":1})", {"a"}));
  KeylessBench updating({.tag = "UPDATE 1"});
  CHECK(updating.write(changed).updated == 1);
  CHECK(updating.server.take_statements() == std::vector<std::string>{"change: update"});
}

TEST_CASE("several are one statement, which finds all their rows or is no good") {
  KeylessFold changes;
  changes.remove("{}");
  REQUIRE(changes.update("{}", R"({"a":1})", {"a"}));
  KeylessBench whole({.rows = {{"1", "1"}}});
  const SetCounts counts = whole.write(changes);
  CHECK(counts.deleted == 1);
  CHECK(counts.updated == 1);
  CHECK(whole.server.take_statements() == std::vector<std::string>{"change: all"});
  KeylessBench lacking({.rows = {{"1", "0"}}});
  CHECK_THROWS_WITH_AS(lacking.write(changes), "no row equals \"before\"", pg::ServerError);
}
