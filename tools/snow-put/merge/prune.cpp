// tested by tests/integration/snow-put/test_verify.py::test_what_is_behind_or_pruned_is_never_equal
#include "tools/snow-put/merge/prune.hpp"

#include "common/log/log.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-put/rows/journal.hpp"

#include <algorithm>
#include <utility>

namespace cdckit::snow_put {

using snow::sql_name;

std::string prunable(const TableFold& fold, std::chrono::milliseconds keep) {
  MergePlan folded;
  if (!fold.folded_pos.empty()) {
    folded.before = fold.folded_pos;
  } else {
    for (const auto& [name, marks] : fold.channels)
      folded.channels.push_back({name, "", marks.stream, "", marks.snapshot});
    if (folded.channels.empty()) return " AND FALSE";
  }
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(keep).count();
  return " AND " + sql_name(kCommitTs) + " < DATEADD(second, -" + std::to_string(seconds) +
         ", CURRENT_TIMESTAMP())" + within(folded);
}

void prune_journal(snow::SqlApi& api,
                   const PruneSettings& settings,
                   const MergePlan& plan,
                   TableFold fold) {
  const std::string rows = prunable(fold, settings.keep);
  const std::string from =
      " FROM " + sql_name(plan.journal) + " WHERE " + sql_name(kPos) + " IS NOT NULL";
  const std::string pos = sql_name(kPos);
  const snow::StatementResult old = api.run("SELECT MAX(" + pos + ") AS \"POS\"" + from + rows);
  const std::string newest = old.rows.empty() ? "" : old.text(0, "POS");
  if (newest.empty()) return;
  fold.known = true;
  fold.pruned = std::max(fold.pruned, newest);
  snow::Statement statement;
  statement.text =
      "BEGIN;\nDELETE" + from + rows + " AND " + pos + " <= " + snow::sql_text(newest) + ";\n" +
      store_fold_sql(settings.state, settings.prefix, plan.mirror.table, fold) + ";\nCOMMIT;\n";
  statement.count = 4;
  statement.parameters = {{"timezone", "UTC"}, {"query_tag", "snow-put prune"}};
  api.run(statement);
  log::info("took rows up to " + newest + " out of " + sql_name(plan.journal));
}

}  // namespace cdckit::snow_put
