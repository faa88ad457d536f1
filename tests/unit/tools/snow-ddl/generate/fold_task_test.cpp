#include "tools/snow-ddl/generate/fold_task.hpp"

#include "tests/unit/tools/snow-ddl/generate/support.hpp"
#include "tools/snow-ddl/scripts/split.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

TEST_CASE("a task folds what its stream has, and stays one statement") {
  LayoutChoice choice;
  choice.folding = Folding::task;
  choice.every = std::chrono::seconds(90);
  const auto statements = fold_task_statements(laid_out({{"id", "bigint"}, {"n", "text"}}, choice));
  REQUIRE(statements.size() == 3);
  CHECK(statements[0].find("APPEND_ONLY = TRUE") != std::string::npos);
  CHECK(statements[1].find("SCHEDULE = '90 SECONDS'") != std::string::npos);
  CHECK(statements[1].find("MERGE INTO") != std::string::npos);
  CHECK(statements[1].find("HISTORY") == std::string::npos);
  CHECK(statements[2].ends_with("RESUME"));
  CHECK(split_statements(joined(statements), "s").size() == 3);
}

TEST_CASE("truncates are looked for in the journal, rows in the stream; a history comes first") {
  LayoutChoice choice;
  choice.history = true;
  const auto statements = fold_task_statements(laid_out({{"id", "bigint"}, {"n", "text"}}, choice));
  const std::string& task = statements[1];
  CHECK(task.find("SCHEDULE = '1 MINUTES'") != std::string::npos);
  CHECK(task.find("\"ORDERS_JOURNAL\" WHERE \"_CDC_OP\" = 't'") != std::string::npos);
  CHECK(task.find("\"ORDERS_JOURNAL_STREAM\" WHERE \"_CDC_OP\" IN") != std::string::npos);
  CHECK(task.find("\"ORDERS_HISTORY\"") < task.find("DELETE FROM"));
}

TEST_CASE("what is made can be stopped and dropped") {
  CHECK(suspend_task_sql("T").find("ALTER TASK IF EXISTS") == 0);
  CHECK(drop_task_statements("T").size() == 2);
}

}  // namespace cdckit::snow_ddl
