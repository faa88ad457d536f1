#include "tools/pg-load/commands/verify.hpp"

#include "common/base/error.hpp"
#include "common/event/digest_line.hpp"
#include "common/event/input.hpp"
#include "common/log/log.hpp"
#include "common/log/progress.hpp"
#include "common/ndjson/text.hpp"
#include "common/ndjson/writer.hpp"
#include "tools/pg-load/commands/verify_target.hpp"
#include "tools/pg-load/table/table_setup.hpp"

#include <memory>
#include <unistd.h>

namespace cdckit::pg_load {
namespace {

// The table whose digests come in.
struct CurrentTable {
  std::string name;
  pg::DigestTable described;
  std::vector<pg::DigestBucket> buckets;  // of the source
  bool compared = false;
  bool differs = false;
};

// Its rows in the target, one after the other.
struct TargetRows {
  std::unique_ptr<pg::RowDigests> rows;
  pg::RowDigest row;
  bool there = false;
};

struct Tally {
  std::uint64_t differences = 0;
  std::uint64_t tables = 0;
  std::uint64_t rows_in = 0;
};

class Verifier {
 public:
  Verifier(const Options& options, Session& session) : options_(options), target_(session) {}

  void take(const event::Control& control) {
    if (control.kind != event::ControlKind::schema) return;
    finish_table();
    shape_ = event::parse_schema_line(control.line);
  }

  const char* take(std::string_view object) {
    if (const char* reason = event::read_digest_line(object, line_)) return reason;
    if (line_.portable) return "digests for other systems: take them again without --portable";
    if (line_.table != current_.name) {
      finish_table();
      begin_table();
    }
    if (line_.key_hash.empty()) {
      if (line_.bucket != current_.buckets.size()) return "the buckets are not in order";
      current_.buckets.push_back({.rows = line_.rows, .digest = line_.digest});
      tally_.rows_in += line_.rows;
    } else {
      take_key();
    }
    return nullptr;
  }

  base::ExitCode finish() {
    finish_table();
    if (tally_.tables == 0) {
      throw base::Error(base::ErrorKind::data,
                        "could not compare: the input has no digest line",
                        "Digest lines come from walcat digest.");
    }
    if (tally_.differences == 0) {
      tell_equal();
      return base::ExitCode::done;
    }
    if (standing_ == Standing::behind || standing_ == Standing::ahead) throw_elsewhere();
    log::warning("differences found", {{"differences", std::to_string(tally_.differences)}});
    return base::ExitCode::differences;
  }

 private:
  void begin_table() {
    ++tally_.tables;
    current_.name = line_.table;
    log::own_progress().doing("comparing " + current_.name);
    if (pos_.empty()) {
      pos_ = line_.pos;
      standing_ = target_.standing_at(pos_, options_.verify.source);
    }
    if (shape_ && shape_->schema + "." + shape_->table != current_.name) shape_.reset();
    const std::size_t dot = current_.name.find('.');
    const TableName name =
        target_name(options_, current_.name.substr(0, dot), current_.name.substr(dot + 1));
    current_.described = target_.table(name, shape_, options_.key_columns());
  }

  void finish_table() {
    if (current_.name.empty()) return;
    compare_buckets();
    if (mine_.rows) {
      while (mine_.there) tell_row("extra", std::string(mine_.row.key), mine_.row.bucket);
    } else if (options_.verify.keys && current_.differs) {
      log::warning("table \"" + current_.name +
                   "\" differs, but its rows are not in the input: use "
                   "walcat digest --keys");
    }
    mine_.rows.reset();
    current_.buckets.clear();
    current_.name.clear();
    current_.compared = false;
    current_.differs = false;
  }

  void compare_buckets() {
    if (current_.compared) return;
    current_.compared = true;
    const auto mine = pg::bucket_digests(
        target_.connection(), current_.described, static_cast<unsigned>(current_.buckets.size()));
    for (std::size_t i = 0; i < current_.buckets.size(); ++i) {
      if (current_.buckets[i].digest == mine[i].digest && current_.buckets[i].rows == mine[i].rows)
        continue;
      current_.differs = true;
      tell_bucket(i, mine[i]);
    }
  }

  void take_key() {
    compare_buckets();
    if (!options_.verify.keys) return;
    if (!mine_.rows) {
      mine_.rows = std::make_unique<pg::RowDigests>(
          target_.connection(), current_.described, static_cast<unsigned>(current_.buckets.size()));
      next_row();
    }
    const auto before = [&] {
      return mine_.row.bucket != line_.bucket ? mine_.row.bucket < line_.bucket
                                              : mine_.row.key_hash < line_.key_hash;
    };
    while (mine_.there && before()) tell_row("extra", std::string(mine_.row.key), mine_.row.bucket);
    const bool there =
        mine_.there && mine_.row.bucket == line_.bucket && mine_.row.key_hash == line_.key_hash;
    if (!there) {
      tell_key("missing", line_.raw_key, static_cast<unsigned>(line_.bucket));
      return;
    }
    if (mine_.row.digest != line_.digest) tell_key("changed", line_.raw_key, mine_.row.bucket);
    next_row();
  }

  void next_row() { mine_.there = mine_.rows->next(mine_.row); }

  void tell_row(const char* difference, const std::string& key, unsigned bucket) {
    tell_key(difference, key, bucket);
    next_row();
  }

  void tell_key(const char* difference, std::string_view key, unsigned bucket) {
    begin_line(bucket);
    text_ += ",\"key\":";
    text_ += key;
    text_ += std::string(",\"difference\":\"") + difference + "\"}";
    tell();
  }

  void tell_bucket(std::size_t bucket, const pg::DigestBucket& mine) {
    begin_line(bucket);
    append_side("source", current_.buckets[bucket]);
    append_side("target", mine);
    text_ += '}';
    tell();
  }

  void begin_line(std::size_t bucket) {
    text_ = "{\"table\":";
    ndjson::append_string(text_, current_.name);
    text_ += ",\"target_table\":";
    ndjson::append_string(text_, current_.described.schema + "." + current_.described.table);
    text_ += ",\"bucket\":" + std::to_string(bucket);
  }

  void append_side(const char* side, const pg::DigestBucket& bucket) {
    text_ += std::string(",\"") + side + "\":{\"rows\":" + std::to_string(bucket.rows) +
             R"(,"digest":")" + bucket.digest + "\"}";
  }

  // What differs at another position says nothing: it is counted only.
  void tell() {
    ++tally_.differences;
    if (standing_ == Standing::unknown || standing_ == Standing::same) out_.write(text_);
  }

  // The one line of a comparison that found nothing.
  void tell_equal() {
    text_ = R"({"tool":"pg-load","verified":true,"tables":)" + std::to_string(tally_.tables) +
            ",\"rows\":" + std::to_string(tally_.rows_in) + ",\"pos\":";
    if (pos_.empty()) {
      text_ += "null";
    } else {
      ndjson::append_string(text_, pos_);
    }
    text_ += '}';
    out_.write(text_);
  }

  [[noreturn]] void throw_elsewhere() const {
    const bool behind = standing_ == Standing::behind;
    throw base::Error(base::ErrorKind::temporary,
                      std::string("could not compare: the target is ") +
                          (behind ? "behind" : "ahead of") + " the digests (" + target_.stored() +
                          ", they are of " + pos_ + ")",
                      behind ? "Let it catch up, e.g. with walcat --until-lsn, then verify again."
                             : "Take the digests again.");
  }

  const Options& options_;
  VerifyTarget target_;
  ndjson::Writer out_{STDOUT_FILENO, ndjson::Writer::Flush::when_full};
  event::DigestLine line_;
  CurrentTable current_;
  std::string pos_;
  std::optional<event::TableSchema> shape_;
  TargetRows mine_;
  std::string text_;
  Tally tally_;
  Standing standing_ = Standing::unknown;

 public:
  void flush() { out_.flush(); }
};

}  // namespace

void add_verify_flags(std::vector<cli::Flag>& into, VerifyOptions& options) {
  cli::FlagTable table;
  table.toggle("keys",
               options.keys,
               "Also print each row that differs: the input must come from walcat digest --keys.");
  table.text("source",
             "SYSTEM/SLOT/DATABASE",
             options.source,
             "Whose position in cdckit.positions counts, when several sources were applied.");
  into.insert(into.end(), table.flags.begin(), table.flags.end());
}

base::ExitCode verify(const Options& options, cli::Context& context) {
  retry::Policy policy;
  policy.give_up_after = options.retry_for;
  Session session({.conninfo = options.conninfo, .policy = policy, .stop = context.stop()});
  event::InputSettings settings;
  settings.tool = context.tool();
  event::Input input(settings);
  Verifier verifier(options, session);
  event::read_digests(input, context.stop().fd(), verifier);
  const base::ExitCode code = verifier.finish();
  verifier.flush();
  return code;
}

}  // namespace cdckit::pg_load
