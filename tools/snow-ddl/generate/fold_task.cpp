#include "tools/snow-ddl/generate/fold_task.hpp"

#include "common/journal/history_sql.hpp"
#include "common/journal/merge_sql.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-ddl/generate/places.hpp"

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

using snow::sql_name;

std::string schedule_of(std::chrono::seconds every) {
  constexpr std::int64_t kMinute = 60;
  return every.count() % kMinute == 0 ? fmt::format("{} MINUTES", every.count() / kMinute)
                                      : fmt::format("{} SECONDS", every.count());
}

std::string fold_statements(const TableLayout& layout) {
  journal::MergePlan plan = plan_of(layout);
  plan.truncates = plan.journal;
  plan.journal = in_schema(stream_name(layout.table));
  std::vector<std::string> statements;
  if (layout.history)
    statements = journal::history_sql(plan, in_schema(journal::history_name(layout.table)));
  statements.push_back(journal::truncate_sql(plan));
  statements.push_back(journal::merge_sql(plan));
  std::string text;
  for (const std::string& statement : statements) text += "  " + statement + ";\n";
  return text;
}

}  // namespace

std::string stream_name(const std::string& table) {
  return table + "_JOURNAL_STREAM";
}

std::string task_name(const std::string& table) {
  return table + "_FOLD";
}

std::vector<std::string> fold_task_statements(const TableLayout& layout) {
  const std::string stream = sql_name(in_schema(stream_name(layout.table)));
  const std::string task = sql_name(in_schema(task_name(layout.table)));
  // what the journal has already is folded first
  std::string make_stream = fmt::format(
      R"sql(CREATE STREAM IF NOT EXISTS {stream} ON TABLE {journal}
  APPEND_ONLY = TRUE
  SHOW_INITIAL_ROWS = TRUE)sql",
      fmt::arg("stream", stream),
      fmt::arg("journal", sql_name(in_schema(journal::journal_name(layout.table)))));
  std::string make_task = fmt::format(
      R"sql(CREATE OR REPLACE TASK {task}
  WAREHOUSE = {warehouse}
  SCHEDULE = '{schedule}'
  ALLOW_OVERLAPPING_EXECUTION = FALSE
  TIMEZONE = 'UTC'
  WHEN SYSTEM$STREAM_HAS_DATA({stream})
AS
BEGIN
  BEGIN TRANSACTION;
{statements}  COMMIT;
EXCEPTION
  WHEN OTHER THEN
    ROLLBACK;
    RAISE;
END)sql",
      fmt::arg("task", task),
      fmt::arg("warehouse", warehouse_hole()),
      fmt::arg("schedule", schedule_of(layout.every)),
      fmt::arg("stream", snow::sql_text(stream)),
      fmt::arg("statements", fold_statements(layout)));
  return {std::move(make_stream), std::move(make_task), "ALTER TASK " + task + " RESUME"};
}

std::string suspend_task_sql(const std::string& table) {
  return "ALTER TASK IF EXISTS " + sql_name(in_schema(task_name(table))) + " SUSPEND";
}

std::vector<std::string> drop_task_statements(const std::string& table) {
  return {"DROP TASK IF EXISTS " + sql_name(in_schema(task_name(table))),
          "DROP STREAM IF EXISTS " + sql_name(in_schema(stream_name(table)))};
}

}  // namespace cdckit::snow_ddl
