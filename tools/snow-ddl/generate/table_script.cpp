#include "tools/snow-ddl/generate/table_script.hpp"

#include "common/journal/history_sql.hpp"
#include "common/journal/journal_columns.hpp"
#include "common/journal/journal_ddl.hpp"
#include "common/journal/merge_sql.hpp"
#include "common/journal/state_table.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-ddl/generate/fold_task.hpp"
#include "tools/snow-ddl/generate/places.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

using journal::TargetColumn;
using snow::sql_name;

std::string grant(const char* privileges, const std::string& table) {
  return fmt::format(
      "GRANT {} ON TABLE {} TO ROLE {}", privileges, sql_name(in_schema(table)), role_hole());
}

class TableWriter {
 public:
  TableWriter(const TableLayout* before, const TableLayout& now) : before_(before), now_(now) {}

  std::vector<std::string> write() {
    find_changes();
    if (before_ == nullptr) {
      make_journal();
    } else {
      alter(journal::journal_name(now_.table));
    }
    if (now_.has_key()) write_mirror();
    return std::move(statements_);
  }

 private:
  void add(std::string statement) { statements_.push_back(std::move(statement)); }
  void add_all(std::vector<std::string> statements) {
    for (std::string& statement : statements) add(std::move(statement));
  }

  void find_changes() {
    for (const TargetColumn& column : now_.columns) {
      if (before_ == nullptr) break;
      const auto old = std::find_if(
          before_->columns.begin(), before_->columns.end(), [&](const TargetColumn& known) {
            return known.name == column.name;
          });
      if (old == before_->columns.end()) {
        changes_.push_back(journal::add_column_clause(column));
      } else if (old->type != column.type) {
        changes_.push_back(journal::widen_column_clause(column.name, column.type));
      }
    }
  }

  void alter(const std::string& table) {
    for (const std::string& clause : changes_)
      add("ALTER TABLE " + sql_name(in_schema(table)) + " " + clause);
  }

  // Rows that the service refuses are kept where ERROR_TABLE() finds them.
  void make_journal() {
    const std::string name = journal::journal_name(now_.table);
    add(journal::create_journal_sql(in_schema(name), now_.columns));
    add("ALTER TABLE " + sql_name(in_schema(name)) + " SET ERROR_LOGGING = TRUE");
    // the loader that folds also takes out what is folded
    add(grant(now_.folding == Folding::none ? "SELECT, INSERT, DELETE" : "SELECT, INSERT", name));
  }

  void write_mirror() {
    const bool changed = before_ == nullptr || !changes_.empty();
    if (now_.folding == Folding::dynamic) {
      if (changed || now_.every != before_->every) make_dynamic_table();
    } else {
      write_folded(changed);
    }
    if (now_.live && (changed || !before_->live)) make_live_view();
  }

  void write_folded(bool changed) {
    const bool had_task = before_ != nullptr && before_->folding == Folding::task;
    const bool task = now_.folding == Folding::task;
    const bool new_history = now_.history && (before_ == nullptr || !before_->history);
    const bool new_task = task && (!had_task || changed || new_history ||
                                   (before_ != nullptr && before_->every != now_.every));
    if (had_task && new_task) {  // it must not meet tables that are half altered
      statements_.insert(statements_.begin(), suspend_task_sql(now_.table));
    }
    if (had_task && !task) add_all(drop_task_statements(now_.table));
    if (before_ == nullptr) {
      add(journal::create_mirror_sql(in_schema(now_.table), now_.columns, {now_.soft_deletes, {}}));
    } else {
      alter(now_.table);
    }
    const std::string history = journal::history_name(now_.table);
    if (new_history) {
      add(journal::create_history_sql(plan_of(now_), in_schema(history)));
    } else if (now_.history) {
      alter(history);
    }
    if (task) {
      if (new_task) add_all(fold_task_statements(now_));
    } else {
      grant_folding(new_history, had_task);
    }
  }

  // snow-put folds: it also remembers keys that were deleted, where channels overtake each other.
  void grant_folding(bool new_history, bool had_task) {
    const bool all = before_ == nullptr || had_task;
    const std::string graves = journal::graves_name(now_.table);
    if (all) {
      add(journal::create_graves_sql(plan_of(now_), in_schema(graves)));
      for (const std::string& table : {now_.table, graves})
        add(grant("SELECT, INSERT, UPDATE, DELETE", table));
    }
    if (had_task) add(grant("DELETE", journal::journal_name(now_.table)));
    if (new_history || (all && now_.history))
      add(grant("SELECT, INSERT, UPDATE, DELETE", journal::history_name(now_.table)));
  }

  [[nodiscard]] std::vector<std::string> picture_names() const {
    std::vector<std::string> names;
    for (const TargetColumn& column : now_.columns) names.push_back(column.name);
    names.emplace_back(journal::kPos);
    return names;
  }

  [[nodiscard]] std::string picture() const {
    journal::MergePlan plan = plan_of(now_);
    plan.mirror_has_position = false;  // there is no mirror to look into
    return journal::journal_picture_sql(plan, picture_names());
  }

  void make_dynamic_table() {
    add(fmt::format(
        R"sql(CREATE OR REPLACE DYNAMIC TABLE {table}
  TARGET_LAG = '{seconds} seconds'
  WAREHOUSE = {warehouse}
AS
{picture})sql",
        fmt::arg("table", sql_name(in_schema(now_.table))),
        fmt::arg("seconds", now_.every.count()),
        fmt::arg("warehouse", warehouse_hole()),
        fmt::arg("picture", picture())));
  }

  void make_live_view() {
    const snow::TableAddress view = in_schema(journal::live_name(now_.table));
    if (now_.folding != Folding::dynamic) {
      add(journal::create_live_sql(plan_of(now_), view, in_schema(journal::kStateTable)));
      return;
    }
    add(fmt::format("CREATE OR REPLACE VIEW {} AS\n{}", sql_name(view), picture()));
  }

  const TableLayout* before_;
  const TableLayout& now_;
  std::vector<std::string> changes_;  // behind ALTER TABLE t
  std::vector<std::string> statements_;
};

}  // namespace

std::vector<std::string> setup_statements() {
  const std::string role = role_hole();
  return {"CREATE ROLE IF NOT EXISTS " + role,
          fmt::format("GRANT USAGE ON DATABASE {} TO ROLE {}", database_hole(), role),
          fmt::format("GRANT USAGE ON SCHEMA {} TO ROLE {}", schema_hole(), role),
          fmt::format("GRANT USAGE ON WAREHOUSE {} TO ROLE {}", warehouse_hole(), role),
          journal::create_state_sql(in_schema(journal::kStateTable)),
          grant("SELECT, INSERT, UPDATE, DELETE", journal::kStateTable)};
}

std::vector<std::string> table_statements(const TableLayout* before, const TableLayout& now) {
  if (before != nullptr && *before == now) return {};
  return TableWriter(before, now).write();
}

std::string script_text(const std::string& heading,
                        const std::string& comment,
                        const std::vector<std::string>& statements) {
  // a source's names may hold anything: the comment stays one line, and has no variables
  std::string text = "-- " + heading;
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == '$'; }, '_');
  text += "\n" + comment + "\n";
  for (const std::string& statement : statements) text += "\n" + fill_holes(statement) + ";\n";
  return text;
}

}  // namespace cdckit::snow_ddl
