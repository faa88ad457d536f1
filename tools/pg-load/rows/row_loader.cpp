#include "tools/pg-load/rows/row_loader.hpp"

#include "common/base/error.hpp"
#include "common/log/log.hpp"
#include "tools/pg-load/rows/refused_row.hpp"
#include "tools/pg-load/table/table_setup.hpp"

#include <utility>

namespace cdckit::pg_load {
namespace {

constexpr std::uint64_t kSampleRows = 1000;  // for --create

constexpr FieldProblem kOtherScope{.code = "44000", .reason = "not of the scope"};

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
  if (!target && !options_.create)
    throw missing_table(name_, false, known_tables(session_, !name_.schema.empty()));
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
  if (status == RowStatus::bad) return reject_row(line, encoder.problem_text(), encoder.problem());
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

// What the COPY itself refuses, it may put down to a wrong line or to none: a part that is refused
// is halved until one line is left.
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
  Receipt result = receipt(pos);
  reset();
  return result;
}

void RowLoader::send(bool picture) {
  batch_.counts = {};
  if (!batch_.streaming) replay();
  stage_->finish();
  RowMerge merge(session_, *stage_, store_, rejects_, options_);
  if (stage_->direct()) {
    session_.connection().execute(kCheckNow);
    batch_.counts.inserted = store_.size() - rejects_.pending();
  } else {
    merge.apply();
    batch_.counts = merge.counts();
  }
  if (picture) delete_missing(merge);
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

void RowLoader::delete_missing(RowMerge& merge) {
  if (batch_.torn || rejects_.foreign() > foreign_before_) {
    log::warning(
        "rows of the picture were rejected and their keys are not known: nothing is deleted this "
        "time");
    return;
  }
  batch_.counts.deleted = merge.delete_missing(scope_.condition());
}

// Every row once: those that the input itself found bad, too.
Receipt RowLoader::receipt(const std::string& pos) const {
  const auto spent = std::chrono::steady_clock::now() - batch_.started;
  Receipt receipt{.table = display_name(stage_ ? stage_->target().name : name_), .pos = pos};
  receipt.rejected = rejects_.total() - rejected_before_;
  const std::uint64_t of_read = batch_.refused + rejects_.pending();
  receipt.rows_in = batch_.rows_read + (receipt.rejected - std::min(of_read, receipt.rejected));
  receipt.inserted = batch_.counts.inserted;
  receipt.updated = batch_.counts.updated;
  receipt.deleted = batch_.counts.deleted;
  receipt.unchanged = batch_.counts.unchanged;
  receipt.bytes = batch_.bytes;
  receipt.milliseconds = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(spent).count());
  return receipt;
}

std::optional<Receipt> RowLoader::rejected_alone(const std::string& pos) {
  if (batch_.rows_read > 0 || rejects_.total() == rejected_before_) return std::nullopt;
  batch_.started = std::chrono::steady_clock::now();
  Receipt result = receipt(pos);
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
