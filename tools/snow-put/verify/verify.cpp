// tested by tests/integration/snow-put/test_verify.py::test_one_changed_cell_is_found
#include "tools/snow-put/verify/verify.hpp"

#include "common/base/error.hpp"
#include "common/event/digest_line.hpp"
#include "common/event/input.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"
#include "common/ndjson/writer.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-put/target/source_state.hpp"
#include "tools/snow-put/verify/mirror_digest.hpp"
#include "tools/snow-put/verify/mirror_picture.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <unistd.h>

namespace cdckit::snow_put {
namespace {

struct SourceBucket {
  std::uint64_t rows = 0;
  std::string digest;
};

// The table whose digests come in.
struct CurrentTable {
  std::string name;
  std::string target;
  DigestRequest request;
  std::vector<SourceBucket> buckets;
  std::vector<RowDigest> rows;  // of the mirror, with --keys
  std::size_t next_row = 0;
  bool compared = false;
};

class Verifier {
 public:
  Verifier(snow::SqlApi& api, const VerifyRequest& request)
      : api_(api), request_(request), names_("", request.table_map, request.added) {}

  void take(const event::Control& control) {
    if (control.kind != event::ControlKind::schema) return;
    finish_table();
    shape_ = event::parse_schema_line(control.line);
  }

  const char* take(std::string_view object) {
    if (const char* reason = event::read_digest_line(object, line_)) return reason;
    if (!line_.portable) return "it is no portable digest: use walcat digest --portable";
    if (line_.table != current_.name) {
      finish_table();
      if (!shape_ || shape_->schema + "." + shape_->table != line_.table)
        return "no schema line came before it: use walcat digest --portable";
      begin_table();
    }
    if (line_.key_hash.empty()) {
      if (line_.bucket != current_.buckets.size()) return "the buckets are not in order";
      current_.buckets.push_back({line_.rows, line_.digest});
    } else {
      take_row();
    }
    return nullptr;
  }

  base::ExitCode finish() {
    finish_table();
    if (tables_ == 0) {
      throw base::Error(base::ErrorKind::data,
                        "could not compare: the input has no digest line",
                        "Digest lines come from walcat digest --portable.");
    }
    if (!lines_.empty() && !behind_.empty()) {
      throw base::Error(base::ErrorKind::temporary,
                        "could not compare: " + behind_ + ", and the digests are of " + pos_,
                        "Let it catch up, then verify again.");
    }
    if (lines_.empty()) {
      tell_equal();
    } else {
      for (const std::string& line : lines_) out_.write(line);
      log::warning("differences found", {{"differences", std::to_string(lines_.size())}});
    }
    out_.flush();
    return lines_.empty() ? base::ExitCode::done : base::ExitCode::differences;
  }

 private:
  void begin_table() {
    ++tables_;
    current_ = {};
    current_.name = line_.table;
    pos_ = line_.pos;
  }

  // Once all buckets are known: their number is that of the digests.
  void describe() {
    const SourceName source{shape_->schema, shape_->table};
    const ChosenTable& chosen = names_.target(source);
    const Place& place = request_.place;
    const MirrorPicture picture = mirror_picture(api_,
                                                 {{place.database, place.schema, kStateTable},
                                                  request_.prefix,
                                                  {place.database, place.schema, chosen.name},
                                                  line_.pos,
                                                  request_.acknowledged});
    current_.target = chosen.name;
    DigestRequest& request = current_.request;
    request.columns = digest_columns(*shape_, picture.mirror);
    request.select = picture.select;
    if (!chosen.constants.empty()) request.select = narrowed(request.select, chosen);
    request.buckets = static_cast<unsigned>(current_.buckets.size());
    if (request_.sample < 1) {
      request.first_buckets = static_cast<unsigned>(
          std::max(1.0, std::ceil(request_.sample * static_cast<double>(request.buckets))));
    }
    if (!picture.reached)
      behind_ = snow::sql_name(chosen.name) + " is known to be at " +
                (picture.stands_at.empty() ? "no position" : picture.stands_at);
  }

  // Rows of one of several sources that share the mirror.
  static std::string narrowed(const std::string& select, const ChosenTable& chosen) {
    std::string sql = "SELECT * FROM (" + select + ") one_source WHERE TRUE";
    for (const auto& [column, value] : chosen.constants)
      sql += " AND " + snow::sql_name(column) + " = " + snow::sql_text(value);
    return sql;
  }

  void compare() {
    if (current_.compared) return;
    current_.compared = true;
    describe();
    const auto mine = mirror_buckets(api_, current_.request);
    const unsigned some = current_.request.first_buckets;
    for (std::size_t i = 0; i < mine.size(); ++i) {
      if (some != 0 && i >= some) break;
      rows_ += current_.buckets[i].rows;
      if (current_.buckets[i].digest == mine[i].text() && current_.buckets[i].rows == mine[i].rows)
        continue;
      tell_bucket(i, mine[i]);
    }
    if (request_.keys) current_.rows = mirror_rows(api_, current_.request);
  }

  void finish_table() {
    if (current_.name.empty()) return;
    compare();
    while (has_keys_ && current_.next_row < current_.rows.size()) extra();
    has_keys_ = false;
    current_ = {};
  }

  void take_row() {
    compare();
    has_keys_ = request_.keys;
    const unsigned some = current_.request.first_buckets;
    if (!request_.keys || (some != 0 && line_.bucket >= some)) return;
    const auto before = [&](const RowDigest& row) {
      return row.bucket != line_.bucket ? row.bucket < line_.bucket : row.key_hash < line_.key_hash;
    };
    while (current_.next_row < current_.rows.size() && before(current_.rows[current_.next_row]))
      extra();
    const bool there = current_.next_row < current_.rows.size() &&
                       current_.rows[current_.next_row].key_hash == line_.key_hash;
    if (!there) {
      tell_key("missing", line_.raw_key, line_.bucket);
      return;
    }
    const RowDigest& mine = current_.rows[current_.next_row++];
    if (mine.digest != line_.digest) tell_key("changed", line_.raw_key, line_.bucket);
  }

  void extra() {
    const RowDigest& row = current_.rows[current_.next_row++];
    tell_key("extra", row.key, row.bucket);
  }

  std::string& begin_line(std::size_t bucket) {
    std::string& line = lines_.emplace_back(R"({"table":)");
    ndjson::append_string(line, current_.name);
    line += R"(,"target_table":)";
    ndjson::append_string(line, current_.target);
    line += R"(,"bucket":)" + std::to_string(bucket);
    return line;
  }

  void tell_key(const char* difference, std::string_view key, std::size_t bucket) {
    std::string& line = begin_line(bucket);
    line += R"(,"key":)";
    line += key;
    line += std::string(R"(,"difference":")") + difference + "\"}";
  }

  void tell_bucket(std::size_t bucket, const BucketDigest& mine) {
    std::string& line = begin_line(bucket);
    const auto side = [&](const char* name, std::uint64_t rows, const std::string& digest) {
      line += std::string(",\"") + name + R"(":{"rows":)" + std::to_string(rows) +
              R"(,"digest":")" + digest + "\"}";
    };
    side("source", current_.buckets[bucket].rows, current_.buckets[bucket].digest);
    side("target", mine.rows, mine.text());
    line += '}';
  }

  void tell_equal() {
    std::string line = R"({"tool":"snow-put","verified":true,"tables":)" + std::to_string(tables_) +
                       R"(,"rows":)" + std::to_string(rows_) + R"(,"pos":)";
    ndjson::append_string(line, pos_);
    out_.write(line + "}");
  }

  snow::SqlApi& api_;
  const VerifyRequest& request_;
  TableNames names_;
  ndjson::Writer out_{STDOUT_FILENO, ndjson::Writer::Flush::when_full};
  event::DigestLine line_;
  CurrentTable current_;
  std::optional<event::TableSchema> shape_;
  std::string pos_;
  std::vector<std::string> lines_;  // differences
  std::string behind_;              // what is not known to be at the digests' position
  std::uint64_t tables_ = 0;
  std::uint64_t rows_ = 0;
  bool has_keys_ = false;
};

}  // namespace

base::ExitCode verify(snow::SqlApi& api, const VerifyRequest& request, cli::Context& context) {
  event::InputSettings settings;
  settings.tool = context.tool();
  event::Input input(settings);
  Verifier verifier(api, request);
  event::read_digests(input, context.stop().fd(), verifier);
  return verifier.finish();
}

}  // namespace cdckit::snow_put
