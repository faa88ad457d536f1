// The SQL that moves staged rows into their table. Pure text: every name is quoted here.
//
// A staging table has `ord` (line number; negative: only the key counts), for events `op`, then
// `missing` (bit n set: column n was not given) and the columns of stage_columns.hpp.
#pragma once

#include "tools/pg-load/table/row_encoder.hpp"
#include "tools/pg-load/table/stage_columns.hpp"
#include "tools/pg-load/table/target_table.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::pg_load {

// Of a key that is one whole number.
struct KeyRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

// How a statement finds the table's rows for the staged ones.
enum class JoinBy {
  planner,  // as the server thinks best
  look_up,  // each by the key's index
  range,    // those of a key range in the order of the key's index, beside the staged ones
};

// What is known of the staged rows; everything that is not needed is left out of the SQL.
struct StageFacts {
  std::vector<std::size_t> active;  // columns staged
  bool masked = false;              // some rows lack some of them
  bool duplicates = false;          // keys may repeat: the last one wins
  bool key_only = false;            // rows with negative ord are there
  bool compare_only_reads = false;  // events: only op r must not rewrite an equal row
  bool moved = false;               // events: some rows have an origin
  std::optional<KeyRange> range{};  // all staged keys lie there, and few others
  std::int64_t from = 0;            // ord range [from, to], 0: all
  std::int64_t to = 0;
};

class Statements : public StageColumns {
 public:
  Statements(const TargetTable& target, std::string stage, StageKind kind)
      : StageColumns(target, kind), stage_(std::move(stage)) {}

  // CREATE TEMP TABLE, emptied at each commit.
  [[nodiscard]] std::string create_stage() const;
  [[nodiscard]] std::string drop_stage() const;
  [[nodiscard]] std::string analyze_stage() const;
  // Rows: finds parts of the stage by their lines.
  [[nodiscard]] std::string index_stage() const;
  // COPY into the staging table, or straight into the target, in the encoder's order of columns.
  [[nodiscard]] std::string copy_into_stage(const std::vector<std::size_t>& active,
                                            bool moved = false) const;
  [[nodiscard]] std::string copy_into_target(const std::vector<std::size_t>& active) const;
  // True when the target takes the encoder's fields as they are.
  [[nodiscard]] bool can_copy_directly(const std::vector<std::size_t>& active) const;

  [[nodiscard]] std::string insert(const StageFacts& facts) const;
  // Its result tells with changed_rows() how many rows were inserted, updated and deleted.
  [[nodiscard]] std::string merge(const StageFacts& facts) const;
  static std::uint64_t changed_rows(const pg::Result& result);
  // Rows of the target whose key is not staged; `scope` is a further condition on alias t or empty.
  [[nodiscard]] std::string delete_missing(const std::string& scope) const;
  // The value of one column of one staged row into `table`, as an insert into the target would.
  [[nodiscard]] std::string try_value(const std::string& table,
                                      std::size_t column,
                                      std::int64_t ord) const;
  // How many rows that would delete, and how many the scope has.
  [[nodiscard]] std::string count_missing(const std::string& scope) const;
  // How many different keys are staged, and how many of them the target has.
  [[nodiscard]] std::string count_keys(const StageFacts& facts) const;
  [[nodiscard]] std::string count_matches(const StageFacts& facts) const;
  // Events: rows that leave columns unchanged but have no row to change.
  [[nodiscard]] std::string count_holes(const StageFacts& facts) const;
  // Events: staged keys that the server takes for equal to another one.
  [[nodiscard]] std::string count_twins() const;

  // Rows inserted, updated and deleted by this transaction so far, as the server counts them.
  [[nodiscard]] std::string statistics() const;
  // What to say before a statement that joins staged rows with the table.
  [[nodiscard]] static std::string planner(JoinBy way);

 private:
  [[nodiscard]] std::string merge_in_parts(const StageFacts& facts) const;
  [[nodiscard]] std::string inserted_values(const StageFacts& facts) const;
  // What the row had before it moved, else `other`.
  [[nodiscard]] static std::string carried_or(std::size_t column,
                                              const std::string& other,
                                              const StageFacts& facts);
  [[nodiscard]] std::string with_origin(const std::string& stage) const;
  // Columns that an insert names, that an update sets.
  [[nodiscard]] std::vector<std::size_t> insertable(const StageFacts& facts) const;
  [[nodiscard]] std::string given_or(std::size_t column,
                                     const std::string& other,
                                     const StageFacts& facts) const;
  [[nodiscard]] std::string inserted_value(std::size_t column, const StageFacts& facts) const;
  [[nodiscard]] std::string differs(std::size_t column, const StageFacts& facts) const;
  [[nodiscard]] std::string difference(const StageFacts& facts) const;
  [[nodiscard]] std::string assignments(const StageFacts& facts) const;
  [[nodiscard]] std::string source(const StageFacts& facts) const;
  [[nodiscard]] std::string condition(const StageFacts& facts) const;
  [[nodiscard]] std::vector<std::size_t> updatable(const StageFacts& facts) const;

  std::string stage_;
};

}  // namespace cdckit::pg_load
