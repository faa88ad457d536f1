// tested by
// tests/integration/snow-put/test_merge.py::test_histories_through_partitions_fold_by_slices
#include "tools/snow-put/merge/fold.hpp"

#include "common/log/log.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-put/merge/beside.hpp"
#include "tools/snow-put/merge/fold_bounds.hpp"
#include "tools/snow-put/merge/fold_state.hpp"
#include "tools/snow-put/merge/merge_lock.hpp"
#include "tools/snow-put/merge/prune.hpp"
#include "tools/snow-put/rows/journal.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace cdckit::snow_put {
namespace {

// One transaction: statements, and which of them is whose merge.
struct Transaction {
  snow::Statement statement;
  std::vector<MergeResult> results;
  std::vector<std::size_t> merges;
  std::size_t add(const std::string& sql) {
    statement.text += sql + ";\n";
    return statement.count++;
  }
};

class Folder {
 public:
  Folder(snow::SqlApi& api, const FoldRequest& request, MergeLock& lock, FoldState state)
      : api_(api), request_(request), lock_(lock), state_(std::move(state)) {
    transaction_.statement.count = 0;
    transaction_.add("BEGIN");
    transaction_.add(lock_.hold_sql());
    transaction_.add(lock_.assert_sql());
  }

  FoldOutcome run() {
    const auto start = std::chrono::steady_clock::now();
    std::vector<FoldTable> tables = plan();
    for (FoldTable& table : tables) add(table);
    if (!transaction_.results.empty() || stores_) {
      transaction_.add(lock_.release_sql());
      transaction_.add("COMMIT");
      commit(start);
    }
    if (request_.keep.count() > 0) {
      for (const FoldTable& table : tables) {
        if (!table.whole) prune(table);
      }
    }
    return std::move(outcome_);
  }

 private:
  // Tables that are folded by slices; others are folded whole at once.
  std::vector<FoldTable> plan() {
    std::vector<FoldTable> tables;
    for (const snow::TableAddress& mirror : request_.mirrors) {
      FoldTable table;
      table.plan = make_plan(api_, {mirror, request_.key, request_.create});
      table.fold = state_.of(mirror.table);
      if (table.plan.mirror_is_new || !table.plan.mirror_has_position) {
        fold_whole(mirror);
      } else {
        tables.push_back(std::move(table));
      }
    }
    FoldBounds bounds(api_, request_, state_);
    return bounds.apply(std::move(tables), outcome_);
  }

  // What the state says of the table is about another mirror.
  void fold_whole(const snow::TableAddress& mirror) {
    outcome_.results.push_back(merge_table(api_, {mirror, request_.key, request_.create}));
    api_.run("DELETE FROM " + snow::sql_name(request_.state) +
             " WHERE \"TABLE_NAME\" = " + snow::sql_text(mirror.table));
  }

  void add(FoldTable& table) {
    if (table.whole) {
      if (table.facts.rows > 0)
        outcome_.results.push_back(merge_table(api_, {table.plan.mirror, request_.key, false}));
      return;
    }
    if (table.facts.rows == 0) {
      if (table.changes_state) {
        transaction_.add(
            store_fold_sql(request_.state, request_.prefix, table.plan.mirror.table, table.next));
        stores_ = true;
      }
      return;
    }
    MergePlan& plan = table.plan;
    plan.has_unchanged = table.facts.unchanged > 0;
    plan.has_moves = table.facts.moved > 0;
    plan.has_truncates = !table.facts.cut.empty();
    plan.only_new = table.facts.changed == 0 && table.facts.moved == 0 && is_new(table);
    if (table.by_channels) open_graves(table);
    const snow::TableAddress history = history_of(plan.mirror);
    if (is_there(history)) {
      for (const std::string& sql : history_sql(plan, history)) transaction_.add(sql);
    }
    if (!table.facts.cut.empty()) transaction_.add(truncate_sql(plan));
    if (plan.graves && table.facts.changed > 0) transaction_.add(bury_sql(plan));
    transaction_.merges.push_back(transaction_.add(merge_sql(plan)));
    transaction_.add(
        store_fold_sql(request_.state, request_.prefix, plan.mirror.table, table.next));
    MergeResult result;
    result.table = plan.mirror.table;
    result.from = table.fold.folded_pos;
    result.upto = table.upto;
    transaction_.results.push_back(std::move(result));
  }

  // No row of the slice can be in the mirror: keys that are inserted were not there, and of what
  // the mirror holds the state knows.
  bool is_new(const FoldTable& table) {
    if (table.several_channels || table.fold.shared) return false;
    // a state that was kept in the other way says nothing about this slice
    const bool continues = table.by_channels == table.fold.folded_pos.empty();
    if (table.fold.known && continues) return table.facts.snapshot == 0;
    return api_.run("SELECT 1 FROM " + snow::sql_name(table.plan.mirror) + " LIMIT 1").rows.empty();
  }

  void open_graves(FoldTable& table) {
    snow::TableAddress graves = table.plan.mirror;
    graves.table = graves_name(graves.table);
    if (table.facts.changed > 0 && !is_there(graves)) {
      api_.run(create_graves_sql(table.plan, graves));
      present_->insert(graves.table);
    }
    if (is_there(graves)) table.plan.graves = graves;
  }

  // Asked once: one statement for all tables.
  bool is_there(const snow::TableAddress& table) {
    if (!present_) {
      const snow::StatementResult tables =
          api_.run("SHOW TABLES IN SCHEMA " + snow::sql_name(request_.state.database) + "." +
                   snow::sql_name(request_.state.schema));
      present_.emplace();
      for (std::size_t i = 0; i < tables.rows.size(); ++i) present_->insert(tables.text(i, "name"));
    }
    return present_->contains(table.table);
  }

  void commit(std::chrono::steady_clock::time_point start) {
    snow::Statement& statement = transaction_.statement;
    statement.parameters = {{"timezone", "UTC"}, {"query_tag", "snow-put merge"}};
    log::debug(statement.text);
    const snow::StatementResult answer = api_.run(statement);
    lock_.released();
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - start);
    for (std::size_t i = 0; i < transaction_.results.size(); ++i) {
      MergeResult& result = transaction_.results[i];
      result.query_id = answer.handles.at(transaction_.merges[i]);
      const snow::StatementResult one = api_.result(result.query_id);
      result.inserted = one.inserted;
      result.updated = one.updated;
      result.deleted = one.deleted;
      result.milliseconds = elapsed.count();
      outcome_.results.push_back(std::move(result));
    }
  }

  void prune(const FoldTable& table) {
    prune_journal(api_, {request_.state, request_.prefix, request_.keep}, table.plan, table.next);
  }

  snow::SqlApi& api_;
  const FoldRequest& request_;
  MergeLock& lock_;
  FoldState state_;
  Transaction transaction_;
  FoldOutcome outcome_;
  std::optional<std::set<std::string>> present_;  // tables of the schema
  bool stores_ = false;
};

FoldOutcome fold_without_state(snow::SqlApi& api, const FoldRequest& request) {
  if (!request.upto.empty()) {
    throw base::Error(base::ErrorKind::unavailable,
                      "could not fold up to " + request.upto + ": there is no table " +
                          snow::sql_name(request.state) + " that keeps positions",
                      "snow-put --create makes it.");
  }
  FoldOutcome outcome;
  for (const snow::TableAddress& mirror : request.mirrors)
    outcome.results.push_back(merge_table(api, {mirror, request.key, request.create}));
  return outcome;
}

}  // namespace

FoldOutcome fold(snow::SqlApi& api, const FoldRequest& request) {
  MergeLock lock(api, request.state, request.prefix);
  try {
    if (!lock.acquire(request.patience, request.stop)) {
      FoldOutcome outcome;
      outcome.holder = lock.holder();
      for (const snow::TableAddress& mirror : request.mirrors)
        outcome.unfinished.insert(mirror.table);
      return outcome;
    }
  } catch (const snow::SqlError& error) {
    if (!error.is_missing_object()) throw;
    return fold_without_state(api, request);
  }
  auto state = load_fold_state(api, request.state, request.prefix);
  if (!state) return fold_without_state(api, request);
  return Folder(api, request, lock, std::move(*state)).run();
}

}  // namespace cdckit::snow_put
