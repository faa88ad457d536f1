#include "tools/pg-load/rows/row_loader.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/log/log.hpp"
#include "tools/pg-load/table/table_setup.hpp"

#include <utility>

namespace cdckit::pg_load {
namespace {

constexpr std::uint64_t kSampleRows = 1000;   // for --create
constexpr std::uint64_t kAnalyzeRows = 1000;  // below, the planner's guess does no harm
// A deferred constraint that fails at the commit would not tell which row it was.
constexpr const char* kCheckNow = "SET CONSTRAINTS ALL IMMEDIATE";

std::string sqlstate_of(const base::Error& error) {
  const auto* server = dynamic_cast<const pg::ServerError*>(&error);
  return server == nullptr ? "" : server->sqlstate();
}

std::uint64_t number_at(const pg::Result& result, int column) {
  return base::parse_unsigned(result.at(0, column)).value_or(0);
}

}  // namespace

RowLoader::RowLoader(const Options& options, Session& session, Rejects& rejects)
    : options_(options),
      session_(session),
      rejects_(rejects),
      mode_(options.mode()),
      name_(parse_table_name(options.table)),
      truncate_(options.truncate) {
  store_.spill_to(options.spool_folder);
}

void RowLoader::prepare() {
  for (;;) {
    try {
      open_table(false);
      session_.succeeded();
      return;
    } catch (const base::Error& error) {
      session_.pause_after(error);
    }
  }
}

void RowLoader::open_table(bool last_chance) {
  if (stage_) return;
  std::vector<std::string> key = options_.key_columns();
  std::optional<TargetTable> target = find_target(session_, name_, key);
  if (!target && !options_.create) throw missing_table(name_, false);
  const bool can_plan = store_.size() > 0 || !options_.columns.empty();
  if (!target && (last_chance || store_.size() >= kSampleRows) && can_plan) {
    create_target(session_, name_, plan_table(options_, store_));
    target = find_target(session_, name_, key);
  }
  if (target) use_target(std::move(*target));
}

void RowLoader::use_target(TargetTable target) {
  if (mode_ == Mode::insert) {
    target.key.clear();  // an identity key may well be missing from the rows
  } else if (target.key.empty()) {
    throw base::Error(base::ErrorKind::unavailable,
                      "could not " + options_.mode_word + " into table \"" +
                          display_name(target.name) + "\": it has no primary key",
                      "Name the columns that identify a row with --key.");
  }
  stage_ = std::make_unique<RowStage>(std::move(target), options_.encoder_settings());
}

void RowLoader::start() {
  session_.begin();
  if (truncate_) session_.connection().execute("TRUNCATE " + stage_->target().quoted());
  stage_->start(session_, mode_ == Mode::insert && direct_allowed_);
  streaming_ = true;
}

void RowLoader::add(std::uint64_t line_number, const ndjson::Object& row) {
  if (rows_read_ == 0) started_ = std::chrono::steady_clock::now();
  const std::uint64_t stored = store_.size();
  ++rows_read_;
  bytes_ += row.text.size();
  const StoredLine line{.number = line_number, .mark = kWholeRow, .text = row.text};
  try {
    if (!stage_) {
      store_.append(line);
      open_table(false);
      if (stage_) replay();
      return;
    }
    if (store_.size() == 0 && !streaming_) start();
    if (!streaming_ || must_alter_) {
      store_.append(line);
    } else {
      stream(line, row.found);
    }
  } catch (const pg::ServerError&) {
    // commit() sends the batch again and finds out what it was.
    if (store_.size() == stored) store_.append(line);
    streaming_ = false;
    session_.roll_back();
  }
}

void RowLoader::stream(const StoredLine& line, ndjson::FoundMembers found) {
  const RowStatus status = stage_->add(line, found);
  if (status == RowStatus::bad) return reject_row(line);
  store_.append(line);
  if (status == RowStatus::good) return;
  if (status == RowStatus::unknown) {
    must_alter_ = true;  // when the batch is known, and with it the types
  } else if (stage_->direct()) {
    leave_direct();
  }
  session_.roll_back();
  streaming_ = false;
}

// A value that only the server can read, or a default that only it can fill in.
void RowLoader::leave_direct() {
  if (options_.no_staging) {
    throw base::Error(base::ErrorKind::data,
                      "could not copy straight into table \"" + display_name(name_) +
                          "\": a row lacks a column that has a default, or a value must be cast",
                      "Leave out --no-staging.");
  }
  direct_allowed_ = false;
}

void RowLoader::alter_table() {
  if (!must_alter_ || !stage_) return;
  add_columns(session_, stage_->target(), columns_of(options_, store_));
  stage_.reset();
  streaming_ = false;
  must_alter_ = false;
}

void RowLoader::reject_row(const StoredLine& line) {
  const std::string reason = stage_->encoder().problem_text();
  rejects_.now({.line_number = line.number,
                .pos = {},
                .reason = reason,
                .code = stage_->encoder().problem().code,
                .text = line.text});
  if (mode_ != Mode::sync) return;
  const StoredLine key_only{.number = line.number, .mark = kKeyOnly, .text = line.text};
  if (stage_->add(key_only) != RowStatus::good) {
    torn_ = true;
    return;
  }
  store_.append(key_only);
}

void RowLoader::replay() {
  bool again = true;
  while (again) {
    again = false;
    start();
    store_.for_each(0, store_.size(), [&](const StoredLine& line) {
      if (again || rejects_.contains(line.number)) return;
      const RowStatus status = stage_->add(line);
      if (status == RowStatus::bad || status == RowStatus::unknown) {
        rejects_.later(line.number,
                       stage_->encoder().problem_text(),
                       std::string(stage_->encoder().problem().code));
        torn_ = true;
      }
      again = status == RowStatus::recoded;
    });
    if (!again) return;
    if (stage_->direct()) leave_direct();
    session_.roll_back();
  }
}

Receipt RowLoader::commit(const std::string& pos, bool picture) {
  if (rows_read_ == 0) started_ = std::chrono::steady_clock::now();
  for (;;) {
    try {
      alter_table();
      open_table(true);
      if (!stage_) {
        if (store_.size() == 0)
          log::warning("table \"" + display_name(name_) +
                       "\" is not there yet, and no row came to create it from");
        break;
      }
      send(picture);
      break;
    } catch (const base::Error& error) {
      streaming_ = false;
      recover(error);
    }
  }
  session_.succeeded();
  truncate_ = false;
  const Receipt result = receipt(pos);
  reset();
  return result;
}

void RowLoader::send(bool picture) {
  counts_ = {};
  unchanged_ = 0;
  if (!streaming_) replay();
  stage_->finish();
  if (stage_->direct()) {
    session_.connection().execute(kCheckNow);
    counts_.inserted = store_.size() - rejects_.pending();
  } else {
    apply();
  }
  if (picture) delete_missing();
  rejects_.settle(store_);
  session_.commit();
}

void RowLoader::recover(const base::Error& error) {
  session_.roll_back();
  if (!is_row_error(error)) return session_.pause_after(error);
  if (stage_ && stage_->direct() && !options_.no_staging) {
    direct_allowed_ = false;  // the staging table tells which row it was
    return;
  }
  const auto row = copy_line(error);
  if (!row || !stage_) throw;
  const std::uint64_t line = stage_->line_of_copy_row(*row);
  if (line != 0) {
    rejects_.later(line, error.what(), sqlstate_of(error));
    torn_ = true;
  }
  stage_->remember_lines();
}

void RowLoader::apply() {
  if (store_.size() == 0) return;
  if (store_.size() >= kAnalyzeRows)
    session_.connection().execute(stage_->statements().analyze_stage());
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  store_.for_each(0, 1, [&](const StoredLine& line) { first = line.number; });
  store_.for_each(
      store_.size() - 1, store_.size(), [&](const StoredLine& line) { last = line.number; });
  StageFacts facts = stage_->facts();
  if (apply_part(facts)) return;
  facts.from = static_cast<std::int64_t>(first);
  facts.to = static_cast<std::int64_t>(last);
  stage_->index();
  split(facts);
}

void RowLoader::split(const StageFacts& facts) {
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
bool RowLoader::apply_part(const StageFacts& facts) {
  session_.savepoint("part");
  try {
    run_merge(facts);
    session_.connection().execute(kCheckNow);
    session_.release("part");
    return true;
  } catch (const base::Error& error) {
    if (!is_row_error(error)) throw;
    session_.roll_back_to("part");
    if (facts.to == 0 || facts.from != facts.to) return false;
    rejects_.later(static_cast<std::uint64_t>(facts.from), error.what(), sqlstate_of(error));
    return true;
  }
}

RowLoader::Counts RowLoader::statistics() {
  const std::string oid = std::to_string(stage_->target().oid);
  const pg::Result result =
      session_.connection().query("SELECT pg_stat_get_xact_tuples_inserted(" + oid +
                                  "), pg_stat_get_xact_tuples_updated(" + oid + ")");
  return {.inserted = number_at(result, 0), .updated = number_at(result, 1)};
}

std::optional<std::uint64_t> RowLoader::matches_before(const StageFacts& facts) {
  if (stage_->target().counted) return std::nullopt;
  return number_at(session_.connection().query(stage_->statements().count_matches(facts)), 0);
}

std::uint64_t RowLoader::staged_keys(const StageFacts& facts) {
  const bool known = facts.to == 0 && !facts.duplicates && !facts.key_only;
  if (known) return store_.size() - rejects_.pending();
  return number_at(session_.connection().query(stage_->statements().count_keys(facts)), 0);
}

void RowLoader::run_merge(const StageFacts& facts) {
  pg::Connection& connection = session_.connection();
  if (mode_ == Mode::insert) {
    counts_.inserted += connection.query(stage_->statements().insert(facts)).affected();
    return;
  }
  const std::optional<std::uint64_t> matched = matches_before(facts);
  const Counts before = matched ? Counts{} : statistics();
  const std::uint64_t keys = staged_keys(facts);
  const std::uint64_t affected =
      Statements::changed_rows(connection.query(stage_->statements().merge(facts)));
  Counts done;
  if (matched) {
    done.inserted = keys - *matched;
  } else {
    done.inserted = statistics().inserted - before.inserted;
  }
  done.updated = affected - std::min(affected, done.inserted);
  counts_.inserted += done.inserted;
  counts_.updated += done.updated;
  unchanged_ += keys - std::min(keys, affected);
}

void RowLoader::delete_missing() {
  if (torn_ || rejects_.foreign() > foreign_before_) {
    log::warning(
        "rows of the picture were rejected and their keys are not known: nothing is deleted this "
        "time");
    return;
  }
  std::string scope;
  if (!options_.scope.empty()) {
    const Pair pair = split_pair(options_.scope, '=', "scope");
    scope = "t." + pg::quote_identifier(pair.left) + " = " +
            session_.connection().quote_literal(pair.right);
  }
  counts_.deleted =
      session_.connection().query(stage_->statements().delete_missing(scope)).affected();
}

Receipt RowLoader::receipt(const std::string& pos) const {
  const auto spent = std::chrono::steady_clock::now() - started_;
  Receipt receipt{.table = display_name(stage_ ? stage_->target().name : name_),
                  .rows_in = rows_read_,
                  .pos = pos};
  receipt.inserted = counts_.inserted;
  receipt.updated = counts_.updated;
  receipt.deleted = counts_.deleted;
  receipt.unchanged = unchanged_;
  receipt.rejected = rejects_.total() - rejected_before_;
  receipt.bytes = bytes_;
  receipt.milliseconds = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(spent).count());
  return receipt;
}

void RowLoader::reset() {
  store_.clear();
  rejects_.clear();
  counts_ = {};
  unchanged_ = 0;
  rows_read_ = 0;
  bytes_ = 0;
  streaming_ = false;
  direct_allowed_ = true;
  must_alter_ = false;
  torn_ = false;
  rejected_before_ = rejects_.total();
  foreign_before_ = rejects_.foreign();
}

void RowLoader::forget() {
  session_.roll_back();
  reset();
}

}  // namespace cdckit::pg_load
