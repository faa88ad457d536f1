#include "tools/pg-load/rows/row_loader.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/log/log.hpp"
#include "tools/pg-load/rows/refused_row.hpp"
#include "tools/pg-load/table/table_setup.hpp"

#include <utility>

namespace cdckit::pg_load {
namespace {

constexpr std::uint64_t kSampleRows = 1000;   // for --create
constexpr std::uint64_t kMostAsked = 100;     // refused rows of a batch whose column is looked for
constexpr std::uint64_t kAnalyzeRows = 1000;  // below, the planner's guess does no harm
// A deferred constraint that fails at the commit would not tell which row it was.
constexpr const char* kCheckNow = "SET CONSTRAINTS ALL IMMEDIATE";

constexpr FieldProblem kOtherScope{.code = "44000", .reason = "not of the scope"};

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
  if (!options_.scope.empty()) {
    const Pair pair = split_pair(options_.scope, '=', "scope");
    scope_ = Scope(target, pair.left, pair.right);
  }
  stage_ = std::make_unique<RowStage>(std::move(target), options_.encoder_settings());
}

void RowLoader::start() {
  session_.begin();
  if (truncate_) session_.connection().execute("TRUNCATE " + stage_->target().quoted());
  stage_->start(session_, mode_ == Mode::insert && batch_.direct_allowed);
  batch_.streaming = true;
}

void RowLoader::add(std::uint64_t line_number, const ndjson::Object& row) {
  if (batch_.rows_read == 0) batch_.started = std::chrono::steady_clock::now();
  const std::uint64_t stored = store_.size();
  ++batch_.rows_read;
  batch_.bytes += row.text.size();
  const StoredLine line{.number = line_number, .mark = kWholeRow, .text = row.text};
  try {
    if (!stage_) {
      store_.append(line);
      open_table(false);
      if (stage_) replay();
      return;
    }
    if (store_.size() == 0 && !batch_.streaming) start();
    if (!batch_.streaming || batch_.must_alter) {
      store_.append(line);
    } else {
      stream(line, row.found);
    }
  } catch (const pg::ServerError&) {
    // commit() sends the batch again and finds out what it was.
    if (store_.size() == stored) store_.append(line);
    batch_.streaming = false;
    session_.roll_back();
  }
}

void RowLoader::stream(const StoredLine& line, ndjson::FoundMembers found) {
  const RowStatus status = stage_->add(line, scope_, found);
  const RowEncoder& encoder = stage_->encoder();
  if (status == RowStatus::bad)
    return reject_row(line, encoder.problem_text(), encoder.problem());
  if (status == RowStatus::foreign)
    return reject_row(line, scope_.problem_text(encoder), kOtherScope);
  store_.append(line);
  if (status == RowStatus::good) return;
  if (status == RowStatus::unknown) {
    batch_.must_alter = true;  // when the batch is known, and with it the types
  } else if (stage_->direct()) {
    leave_direct();
  }
  session_.roll_back();
  batch_.streaming = false;
}

// A value that only the server can read, or a default that only it can fill in.
void RowLoader::leave_direct() {
  if (options_.no_staging) {
    throw base::Error(base::ErrorKind::data,
                      "could not copy straight into table \"" + display_name(name_) +
                          "\": a row lacks a column that has a default, or a value must be cast",
                      "Leave out --no-staging.");
  }
  batch_.direct_allowed = false;
}

void RowLoader::alter_table() {
  if (!batch_.must_alter || !stage_) return;
  add_columns(session_, stage_->target(), columns_of(options_, store_));
  stage_.reset();
  batch_.streaming = false;
  batch_.must_alter = false;
}

void RowLoader::reject_row(const StoredLine& line,
                           const std::string& reason,
                           const FieldProblem& problem) {
  ++batch_.refused;
  rejects_.now({.line_number = line.number,
                .pos = {},
                .reason = reason,
                .code = problem.code,
                .text = line.text,
                .hint = problem.hint});
  if (mode_ != Mode::sync) return;
  const StoredLine key_only{.number = line.number, .mark = kKeyOnly, .text = line.text};
  if (stage_->add(key_only, scope_) != RowStatus::good) {
    batch_.torn = true;
    return;
  }
  store_.append(key_only);
}

void RowLoader::replay() {
  for (;;) {
    start();
    if (stage_all()) return;
    if (stage_->direct()) leave_direct();
    session_.roll_back();
  }
}

// False when the staging must be begun again in another form.
bool RowLoader::stage_all() {
  if (store_.size() == 0) return true;
  return batch_.in_parts ? stage_part(0, store_.size()) : add_stored(0, store_.size());
}

bool RowLoader::add_stored(std::uint64_t from, std::uint64_t to) {
  bool good = true;
  store_.for_each(from, to, [&](const StoredLine& line) {
    if (!good || rejects_.contains(line.number)) return;
    const RowStatus status = stage_->add(line, scope_);
    if (status == RowStatus::bad || status == RowStatus::unknown || status == RowStatus::foreign) {
      const RowEncoder& encoder = stage_->encoder();
      const bool foreign = status == RowStatus::foreign;
      rejects_.later(line.number,
                     foreign ? scope_.problem_text(encoder) : encoder.problem_text(),
                     std::string(foreign ? kOtherScope.code : encoder.problem().code));
      batch_.torn = true;
    }
    good = status != RowStatus::recoded;
  });
  return good;
}

// What the COPY itself refuses, it may put down to a wrong line or to none: a part that is refused is
// halved until one line is left.
bool RowLoader::stage_part(std::uint64_t from, std::uint64_t to) {
  session_.savepoint("rows");
  try {
    if (!add_stored(from, to)) return false;
    stage_->close_copy();
    if (stage_->direct()) session_.connection().execute(kCheckNow);
    session_.release("rows");
    return true;
  } catch (const base::Error& error) {
    if (!is_row_error(error)) throw;
    stage_->drop_copy();
    session_.roll_back_to("rows");
    if (to - from == 1) {
      store_.for_each(from, to, [&](const StoredLine& line) {
        rejects_.later(line.number, server_words(stage_->target(), error), sqlstate_of(error));
      });
      batch_.torn = true;
      return true;
    }
  }
  const std::uint64_t middle = from + (to - from) / 2;
  return stage_part(from, middle) && stage_part(middle, to);
}

Receipt RowLoader::commit(const std::string& pos, bool picture) {
  if (batch_.rows_read == 0) batch_.started = std::chrono::steady_clock::now();
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
      batch_.streaming = false;
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
  batch_.counts = {};
  if (!batch_.streaming) replay();
  stage_->finish();
  if (stage_->direct()) {
    session_.connection().execute(kCheckNow);
    batch_.counts.inserted = store_.size() - rejects_.pending();
  } else {
    apply();
  }
  if (picture) delete_missing();
  rejects_.settle(store_);
  session_.commit();
}

// A target with row security takes no COPY (0A000), but INSERT.
void RowLoader::recover(const base::Error& error) {
  session_.roll_back();
  const bool direct = stage_ && stage_->direct();
  const bool no_copy = direct && sqlstate_of(error) == "0A000";
  if (!is_row_error(error) && !no_copy) return session_.pause_after(error);
  if (direct && !options_.no_staging) {
    batch_.direct_allowed = false;  // the staging table tells which row it was
    return;
  }
  if (!stage_ || no_copy || batch_.in_parts) throw;
  batch_.in_parts = true;
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
  const Counts before = batch_.counts;
  session_.savepoint("part");
  try {
    run_merge(facts);
    session_.connection().execute(kCheckNow);
    session_.release("part");
    return true;
  } catch (const base::Error& error) {
    if (!is_row_error(error)) throw;
    session_.roll_back_to("part");
    batch_.counts = before;
    if (facts.to == 0 || facts.from != facts.to) return false;
    reject_staged(facts.from, error);
    return true;
  }
}

void RowLoader::reject_staged(std::int64_t line, const base::Error& error) {
  std::string reason = server_words(stage_->target(), error);
  // Not for thousands of rows: each costs a statement a column.
  if (batch_.asked < kMostAsked) {
    ++batch_.asked;
    store_.for_each(0, store_.size(), [&](const StoredLine& stored) {
      if (stored.number == static_cast<std::uint64_t>(line))
        reason = refused_row_text(session_, *stage_, line, stored.text, error);
    });
  }
  rejects_.later(static_cast<std::uint64_t>(line), std::move(reason), sqlstate_of(error));
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
    batch_.counts.inserted += connection.query(stage_->statements().insert(facts)).affected();
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
  batch_.counts.inserted += done.inserted;
  batch_.counts.updated += done.updated;
}

void RowLoader::delete_missing() {
  if (batch_.torn || rejects_.foreign() > foreign_before_) {
    log::warning(
        "rows of the picture were rejected and their keys are not known: nothing is deleted this "
        "time");
    return;
  }
  const std::string scope = scope_.condition();
  check_deletes(scope);
  batch_.counts.deleted =
      session_.connection().query(stage_->statements().delete_missing(scope)).affected();
}

// --max-delete: before the first of them.
void RowLoader::check_deletes(const std::string& scope) {
  if (options_.max_delete.empty()) return;
  const pg::Result result =
      session_.connection().query(stage_->statements().count_missing(scope));
  const std::uint64_t missing = number_at(result, 0);
  const std::uint64_t there = number_at(result, 1) - batch_.counts.inserted;
  const MaxDelete limit = parse_max_delete(options_.max_delete);
  if (!limit.exceeded(missing, there)) return;
  throw base::Error(base::ErrorKind::data,
                    "could not go on: " + std::to_string(missing) + " of " +
                        std::to_string(there) + " rows of table \"" +
                        display_name(stage_->target().name) +
                        "\" are not in the picture, more than --max-delete " +
                        options_.max_delete + " allows: nothing is changed",
                    "Look at the input first; a larger --max-delete lets it pass.");
}

// Every row once: those that the input itself found bad, too. What no merge counted was there
// already, or came again later in the batch.
Receipt RowLoader::receipt(const std::string& pos) const {
  const auto spent = std::chrono::steady_clock::now() - batch_.started;
  Receipt receipt{.table = display_name(stage_ ? stage_->target().name : name_), .pos = pos};
  receipt.rejected = rejects_.total() - rejected_before_;
  const std::uint64_t of_read = batch_.refused + rejects_.pending();
  receipt.rows_in = batch_.rows_read + (receipt.rejected - std::min(of_read, receipt.rejected));
  receipt.inserted = batch_.counts.inserted;
  receipt.updated = batch_.counts.updated;
  receipt.deleted = batch_.counts.deleted;
  const std::uint64_t told = receipt.rejected + receipt.inserted + receipt.updated;
  receipt.unchanged = receipt.rows_in - std::min(receipt.rows_in, told);
  receipt.bytes = batch_.bytes;
  receipt.milliseconds = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(spent).count());
  return receipt;
}

std::optional<Receipt> RowLoader::rejected_alone(const std::string& pos) {
  if (batch_.rows_read > 0 || rejects_.total() == rejected_before_) return std::nullopt;
  batch_.started = std::chrono::steady_clock::now();
  const Receipt result = receipt(pos);
  reset();
  return result;
}

void RowLoader::reset() {
  store_.clear();
  rejects_.clear();
  batch_ = {};
  rejected_before_ = rejects_.total();
  foreign_before_ = rejects_.foreign();
}

void RowLoader::forget() {
  session_.roll_back();
  reset();
}

}  // namespace cdckit::pg_load
