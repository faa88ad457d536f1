#include "tools/pg-load/commands/verify.hpp"

#include "common/base/error.hpp"
#include "common/event/input.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"
#include "common/ndjson/writer.hpp"
#include "tools/pg-load/commands/digest_line.hpp"
#include "tools/pg-load/commands/verify_target.hpp"
#include "tools/pg-load/table/table_setup.hpp"

#include <memory>
#include <unistd.h>

namespace cdckit::pg_load {
namespace {

class Verifier {
 public:
  Verifier(const Options& options, Session& session) : options_(options), target_(session) {}

  void take(const event::Control& control) {
    if (control.kind != event::ControlKind::schema) return;
    finish_table();
    shape_ = event::parse_schema_line(control.line);
  }

  const char* take(std::string_view object) {
    if (const char* reason = read_digest_line(object, line_)) return reason;
    if (line_.table != table_) {
      finish_table();
      begin_table();
    }
    if (line_.key_hash.empty()) {
      if (line_.bucket != buckets_.size()) return "the buckets are not in order";
      buckets_.push_back({.rows = line_.rows, .digest = line_.digest});
    } else {
      take_key();
    }
    return nullptr;
  }

  base::ExitCode finish() {
    finish_table();
    if (tables_ == 0) {
      throw base::Error(base::ErrorKind::data,
                        "could not compare: the input has no digest line",
                        "Digest lines come from walcat digest.");
    }
    if (differences_ == 0) return base::ExitCode::done;
    if (standing_ == Standing::behind || standing_ == Standing::ahead) throw_elsewhere();
    log::warning("differences found", {{"differences", std::to_string(differences_)}});
    return base::ExitCode::differences;
  }

 private:
  void begin_table() {
    ++tables_;
    table_ = line_.table;
    if (pos_.empty()) {
      pos_ = line_.pos;
      standing_ = target_.standing_at(pos_, options_.verify.source);
    }
    if (shape_ && shape_->schema + "." + shape_->table != table_) shape_.reset();
    const std::size_t dot = table_.find('.');
    const TableName name = target_name(options_, table_.substr(0, dot), table_.substr(dot + 1));
    described_ = target_.table(name, shape_, options_.key_columns());
  }

  void finish_table() {
    if (table_.empty()) return;
    compare_buckets();
    if (rows_) {
      while (has_row_) tell_row("extra", std::string(row_.key), row_.bucket);
    } else if (options_.verify.keys && bucket_differs_) {
      log::warning("table \"" + table_ +
                   "\" differs, but its rows are not in the input: use "
                   "walcat digest --keys");
    }
    rows_.reset();
    buckets_.clear();
    table_.clear();
    compared_ = false;
    bucket_differs_ = false;
  }

  void compare_buckets() {
    if (compared_) return;
    compared_ = true;
    const auto mine = pg::bucket_digests(
        target_.connection(), described_, static_cast<unsigned>(buckets_.size()));
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      if (buckets_[i].digest == mine[i].digest && buckets_[i].rows == mine[i].rows) continue;
      bucket_differs_ = true;
      tell_bucket(i, mine[i]);
    }
  }

  void take_key() {
    compare_buckets();
    if (!options_.verify.keys) return;
    if (!rows_) {
      rows_ = std::make_unique<pg::RowDigests>(
          target_.connection(), described_, static_cast<unsigned>(buckets_.size()));
      next_row();
    }
    const auto before = [&] {
      return row_.bucket != line_.bucket ? row_.bucket < line_.bucket
                                         : row_.key_hash < line_.key_hash;
    };
    while (has_row_ && before()) tell_row("extra", std::string(row_.key), row_.bucket);
    const bool there = has_row_ && row_.bucket == line_.bucket && row_.key_hash == line_.key_hash;
    if (!there) {
      tell_key("missing", line_.raw_key, static_cast<unsigned>(line_.bucket));
      return;
    }
    if (row_.digest != line_.digest) tell_key("changed", line_.raw_key, row_.bucket);
    next_row();
  }

  void next_row() { has_row_ = rows_->next(row_); }

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
    append_side("source", buckets_[bucket]);
    append_side("target", mine);
    text_ += '}';
    tell();
  }

  void begin_line(std::size_t bucket) {
    text_ = "{\"table\":";
    ndjson::append_string(text_, table_);
    text_ += ",\"target_table\":";
    ndjson::append_string(text_, described_.schema + "." + described_.table);
    text_ += ",\"bucket\":" + std::to_string(bucket);
  }

  void append_side(const char* side, const pg::DigestBucket& bucket) {
    text_ += std::string(",\"") + side + "\":{\"rows\":" + std::to_string(bucket.rows) +
             R"(,"digest":")" + bucket.digest + "\"}";
  }

  // What differs at another position says nothing: it is counted only.
  void tell() {
    ++differences_;
    if (standing_ == Standing::unknown || standing_ == Standing::same) out_.write(text_);
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
  DigestLine line_;
  std::string table_;
  std::string pos_;
  std::optional<event::TableSchema> shape_;
  pg::DigestTable described_;
  std::vector<pg::DigestBucket> buckets_;  // of the source
  std::unique_ptr<pg::RowDigests> rows_;
  pg::RowDigest row_;
  std::string text_;
  std::uint64_t differences_ = 0;
  std::uint64_t tables_ = 0;
  Standing standing_ = Standing::unknown;
  bool compared_ = false;
  bool bucket_differs_ = false;
  bool has_row_ = false;

 public:
  void flush() { out_.flush(); }
};

void read_input(event::Input& input, const cli::Context& context, Verifier& verifier) {
  for (;;) {
    const event::Item& item = input.next(std::chrono::milliseconds(-1), context.stop().fd());
    switch (item.kind) {
      case event::ItemKind::row:
        if (const char* reason = verifier.take(item.text))
          input.bad_line({item.line_number, {}, reason, {}, item.text});
        break;
      case event::ItemKind::control:
        verifier.take(item.control);
        break;
      case event::ItemKind::event:
        input.bad_line({item.line_number, {}, "a change event, no digest line", {}, item.text});
        break;
      case event::ItemKind::interrupted:
        throw base::Error(base::ErrorKind::temporary, "could not compare: interrupted");
      default:
        return;
    }
  }
}

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
  read_input(input, context, verifier);
  const base::ExitCode code = verifier.finish();
  verifier.flush();
  return code;
}

}  // namespace cdckit::pg_load
