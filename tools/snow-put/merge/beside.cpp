// tested by
// tests/integration/snow-put/test_verify.py::test_a_view_gets_the_columns_that_its_table_gets
#include "tools/snow-put/merge/beside.hpp"

#include "common/snow/identifiers.hpp"
#include "tools/snow-put/merge/merge.hpp"
#include "tools/snow-put/rows/journal.hpp"

namespace cdckit::snow_put {
namespace {

void follow(snow::SqlApi& api,
            const snow::TableAddress& history,
            const snow::TableDescription& present,
            const MergePlan& plan) {
  for (const snow::TableColumn& column : plan.columns) {
    const snow::TableColumn* old = present.find(column.name);
    std::string clause;
    if (old == nullptr) {
      clause = add_column_clause({column.name, column.type});
    } else if (!snow::can_hold(old->parsed, column.parsed)) {
      clause = widen_column_clause(column.name, column.type);
    }
    if (!clause.empty()) api.run("ALTER TABLE " + snow::sql_name(history) + " " + clause);
  }
}

}  // namespace

snow::TableAddress history_of(const snow::TableAddress& mirror) {
  return {mirror.database, mirror.schema, history_name(mirror.table)};
}

void make_beside(snow::SqlApi& api, const BesideMirror& what) {
  if (what.is_new) {
    api.run("DELETE FROM " + snow::sql_name(what.state) +
            " WHERE \"TABLE_NAME\" = " + snow::sql_text(what.mirror.table));
  }
  const MergePlan plan = make_plan(api, {what.mirror, {}, false});
  if (!plan.mirror_has_position) return;
  const snow::TableAddress& mirror = what.mirror;
  api.run(
      create_live_sql(plan, {mirror.database, mirror.schema, live_name(mirror.table)}, what.state));
  const snow::TableAddress history = history_of(mirror);
  if (what.is_new) {
    if (what.history) api.run(create_history_sql(plan, history));
  } else if (const auto present = snow::describe_table(api, history)) {
    follow(api, history, *present, plan);
  }
}

}  // namespace cdckit::snow_put
