// tested by
// tests/integration/snow-put/test_merge.py::test_histories_through_partitions_fold_by_slices
#include "tools/snow-put/merge/fold_bounds.hpp"

#include "common/log/log.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-put/target/source_state.hpp"

#include <algorithm>
#include <set>

namespace cdckit::snow_put {
namespace {

constexpr std::size_t kLsnDigits = 16;

std::string least(const std::string& left, const std::string& right) {
  if (left.empty()) return right;
  return right.empty() ? left : std::min(left, right);
}

// Slices are what is in its mirror: a position says nothing about them.
bool is_folded_by_channels(const TableFold& fold) {
  return fold.folded_pos.empty() &&
         std::any_of(fold.channels.begin(), fold.channels.end(), [](const auto& entry) {
           return !entry.second.stream.empty() || !entry.second.snapshot.empty();
         });
}

}  // namespace

FoldBounds::FoldBounds(snow::SqlApi& api, const FoldRequest& request, const FoldState& state)
    : api_(api), request_(request), state_(state), own_(own_channels(state, request.prefix)) {}

// Through partitions rows come in no common order: a position bounds slices there, and says
// nothing about what is folded.
bool FoldBounds::goes_by_position(const std::vector<FoldTable>& tables) const {
  if (state_.counts_lsns()) return true;
  return !request_.upto.empty() && state_.source.empty() &&
         std::none_of(tables.begin(), tables.end(), [](const FoldTable& table) {
           return is_folded_by_channels(table.fold);
         });
}

std::vector<FoldTable> FoldBounds::apply(std::vector<FoldTable> tables, FoldOutcome& outcome) {
  if (goes_by_position(tables)) {
    const std::string upto = position(tables);
    if (upto.empty()) {
      log::info("nothing is acknowledged that could be merged");
      return {};
    }
    for (const FoldTable& table : tables) {
      if (!is_within_snapshot(table, upto)) continue;
      for (const FoldTable& waiting : tables) outcome.unfinished.insert(waiting.plan.mirror.table);
      return {};
    }
    for (FoldTable& table : tables) bound_by_position(table, upto);
    return tables;
  }
  for (FoldTable& table : tables) look(table);
  find_whole(tables);
  const std::string commit = request_.upto.empty() ? common_commit(tables) : request_.upto;
  for (FoldTable& table : tables) {
    if (!table.whole) bound_by_channels(table, commit, outcome);
  }
  return tables;
}

// What somebody typed need not be in all journals yet, and what came below it later would be taken
// for a replay.
std::string FoldBounds::position(const std::vector<FoldTable>& tables) {
  const bool trusted = !request_.typed || !state_.counts_lsns();
  if (!request_.upto.empty() && trusted) return request_.upto;
  const std::string known = common_position(tables);
  if (request_.upto.empty() || known.empty()) return known;
  if (known < request_.upto) {
    log::warning("folding up to " + known + ", not " + request_.upto +
                 ": beyond it rows may be on their way (--ack FILE tells what is acknowledged)");
  }
  return std::min(known, request_.upto);
}

// What put has acknowledged, or what all channels have reached meanwhile.
std::string FoldBounds::common_position(const std::vector<FoldTable>& tables) {
  std::string reached;
  for (const FoldTable& table : tables) {
    const std::string top = common_top(api_, table.plan, table.fold, own_);
    if (top.empty()) return bounds_a_fold(state_.acknowledged) ? state_.acknowledged : "";
    reached = least(reached, top);
  }
  return bounds_a_fold(state_.acknowledged) ? std::max(reached, state_.acknowledged) : reached;
}

// An initial snapshot that died was begun anew: rows of the second one lie beyond the position that
// the stream has reached. Before it reaches them the table is at no position at all.
bool FoldBounds::is_within_snapshot(const FoldTable& table, const std::string& upto) {
  if (table.fold.known) return false;
  const bool within =
      !api_.run("SELECT 1 FROM " + snow::sql_name(table.plan.journal) +
                " WHERE \"_CDC_OP\" = 'r' AND \"_CDC_POS\" >= " + snow::sql_text(upto) + " LIMIT 1")
           .rows.empty();
  if (within)
    log::info("table \"" + table.plan.mirror.table + "\" waits for the end of its snapshot");
  return within;
}

void FoldBounds::bound_by_position(FoldTable& table, const std::string& upto) {
  table.next = table.fold;
  if (table.fold.folded_pos >= upto) return;
  table.plan.after = table.fold.folded_pos;
  table.plan.before = upto;
  table.facts = slice_facts(api_, table.plan, "");
  table.upto = upto;
  table.next.folded_pos = upto;
  // all of them or none: a state that was written without names does not get some
  if (!table.fold.folded_pos.empty() && table.fold.channels.empty()) return;
  for (const auto& [name, top] : table.facts.channels) {
    if (!name.empty()) table.next.channels[name];
  }
}

// What is there that is not folded.
void FoldBounds::look(FoldTable& table) {
  const bool by_channel = table.plan.journal_has_channel;
  table.facts =
      slice_facts(api_, table.plan, by_channel ? unfolded(table.fold, own_) : std::string());
  std::set<std::string> channels;
  for (const auto& [name, marks] : table.fold.channels) channels.insert(name);
  for (const auto& [name, top] : table.facts.channels) channels.insert(name);
  table.by_channels = true;
  table.several_channels = channels.size() > 1;
  table.next = table.fold;
  for (const auto& [name, top] : table.facts.channels) {
    ChannelFold& marks = table.next.channels[name];
    if (marks.seen == top.stream) continue;
    marks.seen = top.stream;
    table.changes_state = true;
  }
}

// Events without a position of ours are placed by their row's LSN, which goes back and forth within
// a channel: their tokens are offsets (`@`).
void FoldBounds::find_whole(std::vector<FoldTable>& tables) {
  if (std::none_of(tables.begin(), tables.end(), [](const auto& t) { return t.facts.rows > 0; }))
    return;
  const snow::StatementResult result =
      api_.run("SHOW CHANNELS IN SCHEMA " + snow::sql_name(request_.state.database) + "." +
               snow::sql_name(request_.state.schema));
  std::set<std::string> by_offset;
  for (std::size_t i = 0; i < result.rows.size(); ++i) {
    if (result.text(i, "offset_token").find('@') != std::string::npos)
      by_offset.insert(result.text(i, "name"));
  }
  for (FoldTable& table : tables) {
    table.whole = !table.plan.journal_has_channel ||
                  std::any_of(table.facts.channels.begin(),
                              table.facts.channels.end(),
                              [&](const auto& entry) { return by_offset.contains(entry.first); });
  }
}

// The smallest commit that every channel which still grows has reached. A channel without new rows
// since the last fold counts as read to its end.
std::string FoldBounds::common_commit(const std::vector<FoldTable>& tables) const {
  if (request_.everything || state_.source.empty() || state_.acknowledged == kAllAcknowledged)
    return {};
  std::string commit;
  std::size_t channels = 0;
  for (const FoldTable& table : tables) {
    if (table.whole) continue;
    for (const auto& [name, top] : table.facts.channels) {
      ++channels;
      const auto before = table.fold.channels.find(name);
      const bool grows = before == table.fold.channels.end() || before->second.seen != top.stream;
      if (grows) commit = least(commit, top.stream.substr(0, kLsnDigits));
    }
  }
  return channels > 1 ? commit : "";
}

void FoldBounds::bound_by_channels(FoldTable& table,
                                   const std::string& commit,
                                   FoldOutcome& outcome) {
  const std::string rows = unfolded(table.fold, own_);
  table.plan.cut = table.fold.cut;
  if (table.facts.rows == 0) return;
  std::string before = commit;
  if (table.facts.halves > 0 && !request_.everything && request_.upto.empty()) {
    const std::string half = waiting_half(api_, table.plan, rows, table.facts.first_half);
    if (!half.empty()) {
      log::info("table \"" + table.plan.mirror.table + "\" waits at " + half +
                " for the other half of a key change");
    }
    before = least(before, half);
  }
  if (!before.empty() && table.facts.newest() >= before) {
    outcome.unfinished.insert(table.plan.mirror.table);
    table.plan.before = before;
    table.facts = slice_facts(api_, table.plan, rows);
  }
  table.upto = before;
  for (const auto& [name, top] : table.facts.channels) {
    ChannelFold& marks = table.next.channels[name];
    table.plan.channels.push_back({name, marks.stream, top.stream, marks.snapshot, top.snapshot});
    marks.stream = std::max(marks.stream, top.stream);
    marks.snapshot = std::max(marks.snapshot, top.snapshot);
  }
  table.plan.before.clear();
  table.next.cut = std::max(table.fold.cut, table.facts.cut);
}

}  // namespace cdckit::snow_put
