#include "tools/pg-load/rows/row_merge.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "tools/pg-load/rows/refused_row.hpp"

#include <algorithm>
#include <utility>

namespace cdckit::pg_load {
namespace {

constexpr std::uint64_t kMostAsked = 100;     // refused rows whose column is looked for
constexpr std::uint64_t kAnalyzeRows = 1000;  // below, the planner's guess does no harm

std::uint64_t number_at(const pg::Result& result, int column) {
  return base::parse_unsigned(result.at(0, column)).value_or(0);
}

}  // namespace

std::string sqlstate_of(const base::Error& error) {
  const auto* server = dynamic_cast<const pg::ServerError*>(&error);
  return server == nullptr ? "" : server->sqlstate();
}

void RowMerge::apply() {
  if (store_.size() == 0) return;
  if (store_.size() >= kAnalyzeRows)
    session_.connection().execute(stage_.statements().analyze_stage());
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  store_.for_each(0, 1, [&](const StoredLine& line) { first = line.number; });
  store_.for_each(
      store_.size() - 1, store_.size(), [&](const StoredLine& line) { last = line.number; });
  StageFacts facts = stage_.facts();
  if (apply_part(facts)) return;
  facts.from = static_cast<std::int64_t>(first);
  facts.to = static_cast<std::int64_t>(last);
  stage_.index();
  split(facts);
}

void RowMerge::split(const StageFacts& facts) {
  const std::int64_t middle = facts.from + (facts.to - facts.from) / 2;
  StageFacts half = facts;
  half.to = middle;
  if (!apply_part(half)) split(half);
  if (facts.from == facts.to) return;
  half = facts;
  half.from = middle + 1;
  if (!apply_part(half)) split(half);
}

// False when some row of the part was refused; a single row is rejected here.
bool RowMerge::apply_part(const StageFacts& facts) {
  const MergeCounts before = counts_;
  session_.savepoint("part");
  try {
    run_merge(facts);
    session_.connection().execute(kCheckNow);
    session_.release("part");
    return true;
  } catch (const base::Error& error) {
    if (!is_row_error(error)) throw;
    session_.roll_back_to("part");
    counts_ = before;
    if (facts.to == 0 || facts.from != facts.to) return false;
    reject_staged(facts.from, error);
    return true;
  }
}

void RowMerge::reject_staged(std::int64_t line, const base::Error& error) {
  std::string reason = server_words(stage_.target(), error);
  // Not for thousands of rows: each costs a statement a column.
  if (asked_ < kMostAsked) {
    ++asked_;
    store_.for_each(0, store_.size(), [&](const StoredLine& stored) {
      if (stored.number == static_cast<std::uint64_t>(line))
        reason = refused_row_text(session_, stage_, line, stored.text, error);
    });
  }
  rejects_.later(static_cast<std::uint64_t>(line), std::move(reason), sqlstate_of(error));
}

MergeCounts RowMerge::statistics() {
  const std::string oid = std::to_string(stage_.target().oid);
  const pg::Result result =
      session_.connection().query("SELECT pg_catalog.pg_stat_get_xact_tuples_inserted(" + oid +
                                  "), pg_catalog.pg_stat_get_xact_tuples_updated(" + oid + ")");
  return {.inserted = number_at(result, 0), .updated = number_at(result, 1)};
}

std::optional<std::uint64_t> RowMerge::matches_before(const StageFacts& facts) {
  if (stage_.target().counted) return std::nullopt;
  return number_at(session_.connection().query(stage_.statements().count_matches(facts)), 0);
}

std::uint64_t RowMerge::staged_keys(const StageFacts& facts) {
  const bool known = facts.to == 0 && !facts.duplicates && !facts.key_only;
  if (known) return store_.size() - rejects_.pending();
  return number_at(session_.connection().query(stage_.statements().count_keys(facts)), 0);
}

void RowMerge::run_merge(const StageFacts& facts) {
  pg::Connection& connection = session_.connection();
  if (options_.mode() == Mode::insert) {
    counts_.inserted += connection.query(stage_.statements().insert(facts)).affected();
    return;
  }
  const std::optional<std::uint64_t> matched = matches_before(facts);
  const MergeCounts before = matched ? MergeCounts{} : statistics();
  const std::uint64_t keys = staged_keys(facts);
  const std::uint64_t affected =
      Statements::changed_rows(connection.query(stage_.statements().merge(facts)));
  MergeCounts done;
  if (matched) {
    done.inserted = keys - *matched;
  } else {
    done.inserted = statistics().inserted - before.inserted;
  }
  done.updated = affected - std::min(affected, done.inserted);
  counts_.inserted += done.inserted;
  counts_.updated += done.updated;
  counts_.unchanged += keys - std::min(keys, affected);
}

std::uint64_t RowMerge::delete_missing(const std::string& scope) {
  check_deletes(scope);
  return session_.connection().query(stage_.statements().delete_missing(scope)).affected();
}

// --max-delete: before the first of them.
void RowMerge::check_deletes(const std::string& scope) {
  if (options_.max_delete.empty()) return;
  const pg::Result result = session_.connection().query(stage_.statements().count_missing(scope));
  const std::uint64_t missing = number_at(result, 0);
  const std::uint64_t there = number_at(result, 1) - counts_.inserted;
  const MaxDelete limit = parse_max_delete(options_.max_delete);
  if (!limit.exceeded(missing, there)) return;
  throw base::Error(base::ErrorKind::data,
                    "could not go on: " + std::to_string(missing) + " of " + std::to_string(there) +
                        " rows of table \"" + display_name(stage_.target().name) +
                        "\" are not in the picture, more than --max-delete " + options_.max_delete +
                        " allows: nothing is changed",
                    "Look at the input first; a larger --max-delete lets it pass.");
}

}  // namespace cdckit::pg_load
