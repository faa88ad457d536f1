// Plain rows of one table: collects a batch, streams it while it is read, merges and commits it.
// Everything is kept until the commit, so that a batch can be sent again. Modes insert, upsert,
// sync.
#pragma once

#include "tools/pg-load/batch/receipt.hpp"
#include "tools/pg-load/batch/rejects.hpp"
#include "tools/pg-load/rows/row_merge.hpp"
#include "tools/pg-load/rows/row_stage.hpp"
#include "tools/pg-load/rows/scope.hpp"
#include "tools/pg-load/settings/settings.hpp"
#include "tools/pg-load/target/session.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace cdckit::pg_load {

class RowLoader {
 public:
  RowLoader(const Options& options, Session& session, Rejects& rejects);

  // Finds the table; without --create a missing one is an error (69).
  void prepare();
  void add(std::uint64_t line_number, const ndjson::Object& row);
  // Applies and commits what was added. `picture`: these rows are all there are (sync), an empty
  // batch included. The receipt's `rejected` counts all since the last commit.
  Receipt commit(const std::string& pos, bool picture);
  // Rejected rows that no batch came for: the receipt of a batch without any other, or nothing.
  std::optional<Receipt> rejected_alone(const std::string& pos);
  // Takes back what was added since the last commit.
  void forget();

  // Rows added since the last commit; also a --truncate that is still to be done.
  [[nodiscard]] std::uint64_t pending_rows() const noexcept { return batch_.rows_read; }
  [[nodiscard]] bool must_truncate() const noexcept { return truncate_; }
  [[nodiscard]] std::chrono::steady_clock::time_point started() const noexcept {
    return batch_.started;
  }

 private:
  // Of the batch that is collected.
  struct Batch {
    MergeCounts counts;
    std::uint64_t rows_read = 0;
    std::uint64_t bytes = 0;
    std::uint64_t refused = 0;  // of the rows read, before they were stored
    bool streaming = false;     // the rows of the store are on their way
    bool direct_allowed = true;
    bool must_alter = false;  // rows of the store have members without a column
    bool torn = false;        // a row of the picture is lost and its key is not known
    bool in_parts = false;    // some row is refused by the COPY: which one is found by halves
    std::chrono::steady_clock::time_point started{};
  };

  void open_table(bool last_chance);
  void use_target(TargetTable target);
  void start();
  void stream(const StoredLine& line, ndjson::FoundMembers found);
  void reject_row(const StoredLine& line, const std::string& reason, const FieldProblem& problem);
  void alter_table();
  void leave_direct();
  void replay();
  bool stage_all();
  bool stage_part(std::uint64_t from, std::uint64_t to);
  bool add_stored(std::uint64_t from, std::uint64_t to);
  void send(bool picture);
  void recover(const base::Error& error);
  void delete_missing(RowMerge& merge);
  Receipt receipt(const std::string& pos) const;
  void reset();

  const Options& options_;
  Session& session_;
  Rejects& rejects_;
  Mode mode_;
  TableName name_;
  std::unique_ptr<RowStage> stage_;
  LineStore store_;
  Scope scope_;
  Batch batch_;
  std::uint64_t rejected_before_ = 0;
  std::uint64_t foreign_before_ = 0;
  bool truncate_ = false;  // still to be done
};

}  // namespace cdckit::pg_load
