// The rules for one side of one table as a flat list of checks, run over each of its rows. Owns
// what the rules remember of the rows before (windows). `codes` must outlive it. Reuses its memory;
// one thread.
#pragma once

#include "common/event/unavailable.hpp"
#include "tools/cdc-check/program/check.hpp"
#include "tools/cdc-check/program/code.hpp"
#include "tools/cdc-check/program/columns.hpp"
#include "tools/cdc-check/program/encodings.hpp"
#include "tools/cdc-check/program/memory.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace cdckit::cdc_check {

// One row, or key, as the decoder found it.
struct Subject {
  ndjson::Object row;
  std::string_view unchanged = {};  // array of names; empty: none
  std::string_view identity = {};  // what tells the row from others: its key's JSON; empty: nothing
  bool update = false;             // of a row that may have been there before
  std::string_view event_time = {};  // `source.ts_us` or `ts_ms`, else empty
  std::string_view own = {};         // the row without what a consumer put on; empty: nothing was
};

class Program {
 public:
  // `unavailable` says of a raw value whether it stands for one that did not change.
  Program(std::vector<Code>& codes,
          Side side,
          std::string_view schema,
          std::string_view table,
          const event::Unavailable& unavailable);

  [[nodiscard]] bool empty() const noexcept { return checks_.empty(); }
  // Some rule is about when the event came to be.
  [[nodiscard]] bool needs_event_time() const noexcept { return needs_event_time_; }
  // Some rule is about the whole row.
  [[nodiscard]] bool needs_own_members() const noexcept { return needs_own_members_; }
  // How columns are written from now on.
  void set_encodings(const std::map<std::string, Encoding, std::less<>>& encodings);

  // Tries all rules on the row. Valid until the next run().
  const std::vector<Broken>& run(const Subject& subject);
  // What became of the row that was run: it went on, or not.
  void settle(bool went_on);
  // A row that is gone: what it held is free again.
  void forget(const ndjson::Object& row);
  // All rows are gone.
  void forget_all() noexcept;

  [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
  [[nodiscard]] const std::vector<Check>& checks() const noexcept { return checks_; }
  [[nodiscard]] const Columns& columns() const noexcept { return columns_; }

 private:
  // A column that holds Debezium's decimals, and the number of this row.
  struct Encoded {
    std::uint16_t column = 0;
    std::int32_t scale = 0;
    std::string text;
  };

  void add(Code& code);
  void find_values(const ndjson::Object& row);
  void decode_columns();
  // These say what is wrong; null: it holds.
  [[nodiscard]] const char* absent(const Check& check, const Subject& subject) const;
  const char* broken_across(Check& check, const Subject& subject);
  const char* seen_before(const Check& check, const Subject& subject);
  const char* out_of_order(const Check& check, const Subject& subject);
  bool make_key(const Check& check);
  [[nodiscard]] bool is_unchanged(std::size_t column, const Subject& subject) const;
  [[nodiscard]] bool any_unchanged(const Check& check, const Subject& subject) const;

  const event::Unavailable& unavailable_;
  std::vector<Check> checks_;
  std::vector<std::uint16_t> operands_;  // columns of checks that have several
  Columns columns_;
  std::vector<States> states_;  // of each column
  std::vector<Memory> memories_;
  std::vector<std::string_view> arguments_;
  std::vector<Broken> broken_;
  std::string scratch_;
  std::string other_;
  std::vector<Encoded> encoded_;
  bool needs_event_time_ = false;
  bool needs_own_members_ = false;
  std::uint64_t rows_ = 0;
};

}  // namespace cdckit::cdc_check
