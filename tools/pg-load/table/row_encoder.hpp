// One JSON object -> one row of binary COPY, in the layout of a staging table: the caller's leading
// fields, then the mask of missing columns, then the key columns, then the other active columns.
// Active are the columns that the input has named so far; the set only grows.
#pragma once

#include "common/ndjson/text.hpp"
#include "tools/pg-load/settings/settings.hpp"
#include "tools/pg-load/table/target_table.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::pg_load {

enum class RowStatus {
  good,
  bad,      // problem(), problem_column()
  foreign,  // a row of another scope
  unknown,  // a member has no column; only with report_extra
  grown,    // a column that was not active is active now; nothing was written: encode again
  recoded,  // a column is staged as text from now on; nothing was written: start the staging again
};

// Where a row's key lies in the buffer: the fields with their lengths, back to back.
struct KeySpan {
  std::size_t offset = 0;
  std::size_t length = 0;
};

class RowEncoder {
 public:
  // Throws unavailable when the column for unknown members is not there or holds no JSON.
  RowEncoder(TargetTable& target, EncoderSettings settings);

  // Reads the members; values are slices of `object` until the next read.
  RowStatus read(const ndjson::Object& object);
  // Forgets what read() found.
  void clear();
  // Takes over the key columns of another object (an event's `key`) for what read() did not bring.
  void read_key(const ndjson::Object& object);
  // Marks columns as missing whatever read() found: an event's `unchanged`.
  void mask(std::string_view array_of_names);
  // Appends mask (unless `with_mask` is false), key and the others behind the caller's own leading
  // fields. Good, bad or recoded.
  RowStatus append(std::string& out, bool with_mask = true);
  // Only the key, all else null. Good, bad or recoded.
  RowStatus append_key_only(std::string& out);

  // What read() found for the column, raw JSON; empty: nothing.
  [[nodiscard]] std::string_view value(std::size_t column) const { return values_[column].json; }
  [[nodiscard]] const std::vector<std::size_t>& active() const noexcept { return active_; }
  [[nodiscard]] const KeySpan& key() const noexcept { return key_; }
  // In the row just appended an active column was missing, so that its default or its old value
  // counts.
  [[nodiscard]] bool masked() const noexcept { return masked_; }
  // One of those has a default or keeps its value: the server must be told.
  [[nodiscard]] bool needs_mask() const noexcept { return needs_mask_; }
  [[nodiscard]] const FieldProblem& problem() const noexcept { return *problem_.what; }
  [[nodiscard]] const std::string& problem_column() const noexcept { return problem_.column; }
  // `table "t", column "x" (integer): why: "abc"`
  [[nodiscard]] std::string problem_text() const;

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  struct Value {
    std::string_view json;  // raw, empty: missing
    bool plain = false;     // known to hold no escape
  };
  struct Expected {
    std::string_view name;  // the column's
    std::size_t column = kNone;
  };

  // Unknown members of the row.
  struct Extra {
    std::string text;  // an object without its end
    std::size_t column = kNone;
  };
  struct Problem {
    const FieldProblem* what = nullptr;
    std::string column;
    std::string type;
    std::string_view value;  // of the row that was read last
  };

  RowStatus take_unknown(const ndjson::Member& member);
  // Gives the unknown members their column. Bad when the row fills that one itself.
  RowStatus give_extra(bool& grown);
  std::size_t column_for(std::string_view raw_name, std::size_t place);
  std::size_t look_up(std::string_view raw_name, std::size_t place);
  RowStatus fail(const FieldProblem& problem, std::string_view column);
  RowStatus fail(const FieldProblem& problem, std::size_t column);
  RowStatus append_field(std::size_t column, std::string& out);
  RowStatus append_as(Codec codec, std::size_t column, std::string& out);
  void append_mask(std::string& out);
  RowStatus append_columns(std::string& out, bool key_only, bool pack);
  RowStatus append_packed(std::string& out, bool key_only);
  RowStatus check_all_given();
  [[nodiscard]] bool mask_matters(std::size_t column) const;
  void activate(std::size_t column);
  [[nodiscard]] bool missing(std::size_t column) const { return values_[column].json.empty(); }

  TargetTable& target_;
  EncoderSettings settings_;
  FieldEncoder fields_;
  std::vector<std::size_t> active_;  // key first
  std::vector<bool> is_active_;
  std::vector<bool> masked_columns_;
  std::vector<Value> values_;       // by column
  std::vector<Expected> expected_;  // of the n-th member, learned from the row before
  std::string scratch_;
  Extra extra_;
  KeySpan key_;
  bool masked_ = false;
  bool needs_mask_ = false;
  Problem problem_;
};

}  // namespace cdckit::pg_load
