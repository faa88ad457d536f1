#include "tools/snow-ddl/run/units.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

// Requests of a script: statements by number, what is said again as (n), our own as their text.
class Cut {
 public:
  explicit Cut(const std::string& script)
      : statements_(split_statements(script, "s")), units_(statements_) {}

  std::string all(bool record = true, bool together = true) const {
    std::string out;
    for (const Unit& unit : units_.all())
      out += unit.noted ? "use " : "[" + request(unit, unit.first, record, together) + "] ";
    return out;
  }
  std::string from(std::size_t unit, std::size_t start) const {
    return request(units_.all().at(unit), start, true);
  }

 private:
  std::string request(const Unit& unit,
                      std::size_t start,
                      bool record,
                      bool together = true) const {
    const RequestPlan plan = units_.request(
        unit,
        start,
        [&](std::size_t first, std::size_t last) {
          const std::string done = "done" + std::to_string(first + 1) +
                                   (last == first ? "" : "-" + std::to_string(last + 1));
          return record ? std::vector<std::string>{done} : std::vector<std::string>();
        },
        together);
    std::string out = plan.recorded ? "" : "alone ";
    for (const RequestPart& part : plan.parts) out += shown(part) + " ";
    out.pop_back();
    return out;
  }
  std::string shown(const RequestPart& part) const {
    if (part.statement != kNoStatement) return std::to_string(part.statement + 1);
    for (std::size_t i = 0; i < statements_.size(); ++i) {
      if (statements_[i].text == part.text && part.text != "BEGIN" && part.text != "COMMIT")
        return "(" + std::to_string(i + 1) + ")";
    }
    return part.text;
  }

  std::vector<SqlStatement> statements_;
  Units units_;
};

}  // namespace

TEST_CASE("most statements go alone; rows that change commit together with their mark") {
  CHECK(Cut("create table t (a int); insert into t values (1); select 1").all() ==
        "[alone 1] [BEGIN 2 done2 COMMIT] [alone 3] ");
  CHECK(Cut("insert into t values (1)").all(false) == "[1] ");
}

TEST_CASE("what sets something up is said again in front of each later request") {
  CHECK(Cut("use db; set a = 1; create table t (x int); use secondary roles all; insert into t "
            "values ($a)")
            .all() == "use [2 done2] [(2) 3 done3] [(2) 4 done4] [(2) (4) BEGIN 5 done5 COMMIT] ");
}

TEST_CASE("a variable that was computed keeps the rest together") {
  CHECK(Cut("select 1; set m = (select max(a) from t); create table u (x int); delete from t where "
            "a = $m")
            .all() == "[alone 1] [2 done2 3 done3 BEGIN 4 done4 COMMIT] ");
}

TEST_CASE("a role is known by its statement") {
  const auto statements =
      split_statements("use role a; select 1; use role identifier('X'); select 2", "s");
  const Units units(statements);
  CHECK(units.role_statement(1) == "use role a");
  CHECK(units.role_statement(3) == "use role identifier('X')");
}

TEST_CASE("a transaction is one request, and done when it commits") {
  CHECK(Cut("begin; insert into t values (1); insert into t values (2); commit; select 1").all() ==
        "[1 2 3 done1-4 4] [alone 5] ");
  CHECK(Cut("begin; insert into t values (1); rollback").all() == "[1 2 3 done1-3] ");
  CHECK(Cut("begin; insert into t values (1)").all() == "[1 2 done1-2 COMMIT] ");
}

TEST_CASE("DDL ends a transaction, as it does at the server") {
  CHECK(Cut("begin; insert into t values (1); create table u (x int); insert into u values (1); "
            "commit; select 1")
            .all() == "[1 2 done1-2 COMMIT] [alone 3] [BEGIN 4 done4 COMMIT] use [alone 6] ");
  CHECK(Cut("begin; create table u (x int); commit").all() == "use [alone 2] use ");
  CHECK(Cut("insert into t values (1); commit").all() == "[BEGIN 1 done1 COMMIT] use ");
}

TEST_CASE("rows that change behind what the session keeps change together") {
  CHECK(Cut("set m = (select max(a) from t); insert into t select $m; delete from u; create table "
            "v (x int); begin; insert into v values (1); commit; delete from v")
            .all() ==
        "[1 done1 BEGIN 2 done2 3 done3 COMMIT 4 done4 5 6 done5-7 7 BEGIN 8 done8 COMMIT] ");
  CHECK(Cut("set m = (select 1); delete from t; delete from u; select 1; delete from v")
            .all(true, false) == "[1 done1 BEGIN 2 3 COMMIT done2-3 4 done4 5 done5] ");
  CHECK(Cut("create temp table t as select 1; begin; delete from u; insert into u select * from "
            "t; delete from w; commit")
            .all() == "[1 done1 2 3 4 5 done2-6 6] ");
  CHECK(Cut("set now = current_timestamp; delete from u").all() ==
        "[1 done1 BEGIN 2 done2 COMMIT] ");
}

TEST_CASE("what leans on the query before it comes right behind it") {
  CHECK(Cut("show tables; create table t as select * from table(result_scan(last_query_id())); "
            "select 1")
            .all() == "[1 2 done1-2] [alone 3] ");
  CHECK(Cut("insert into t values (1); insert into l select last_query_id()").all() ==
        "[BEGIN 1 2 done1-2 COMMIT] ");
  CHECK(Cut("create table t (a int); select last_query_id()").all() == "[alone 1] [alone 2] ");
  CHECK(Cut("insert into t values (1); create table u as select last_query_id() as q").all() ==
        "[BEGIN 1 done1 COMMIT] [alone 2] ");
}

TEST_CASE("a USE behind one of a computed name is said behind it") {
  CHECK(Cut("use schema a; use schema identifier('b'); select 1; use schema c; select 2").all() ==
        "use [2 done2] [(2) 3 done3] use [(2) (4) 5 done5] ");
}

TEST_CASE("where both cannot commit together the mark comes behind") {
  CHECK(Cut("insert into t values (1); begin; delete from t; commit").all(true, false) ==
        "[1 done1] [2 3 4 done2-4] ");
}

TEST_CASE("temporary tables live as long as somebody names them") {
  const Cut cut(
      "create temp table t (a int); insert into t select 1; create table u (x int); "
      "insert into u select a from t; create table v (x int)");
  CHECK(cut.all() == "[1 done1 BEGIN 2 done2 COMMIT 3 done3 BEGIN 4 done4 COMMIT] [alone 5] ");
  // in the middle: the table is made and filled again, nothing else
  CHECK(cut.from(0, 2) == "(1) (2) 3 done3 BEGIN 4 done4 COMMIT");
  CHECK(cut.from(0, 3) == "(1) (2) BEGIN 4 done4 COMMIT");
}

}  // namespace cdckit::snow_ddl
