// One JSON object -> one row of binary COPY, in the layout of a staging table: the caller's leading
// fields, then the mask of missing columns, then the key columns, then the other active columns.
// Active are the columns that the input has named so far; the set only grows.
#pragma once

#include "common/ndjson/text.hpp"
#include "tools/pg-load/table/target_table.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::pg_load {

enum class Missing { use_default, use_null, error };

struct EncoderSettings {
  Missing missing = Missing::use_default;
  bool ignore_extra = false;
  bool report_extra = false;  // an unknown member is RowStatus::unknown, not a bad row
  std::string extra_to{};     // the json column that takes unknown members
  // Also mark columns that no row has named yet: a later row of the same staging may name them.
  bool mask_inactive = false;
  // Columns that TargetTable packs go into one array behind the others, where a mask is wanted.
  bool pack = false;
};

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
  [[nodiscard]] const FieldProblem& problem() const noexcept { return *problem_; }
  [[nodiscard]] const std::string& problem_column() const noexcept { return problem_column_; }
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
  std::string extra_;  // unknown members of the row, an object without its end
  std::size_t extra_column_ = kNone;
  KeySpan key_;
  bool masked_ = false;
  bool needs_mask_ = false;
  const FieldProblem* problem_ = nullptr;
  std::string problem_column_;
  std::string problem_type_;
  std::string_view problem_value_;  // of the row that was read last
};

}  // namespace cdckit::pg_load
