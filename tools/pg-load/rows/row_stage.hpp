// Streams rows of one table to the server while they are read: into a temporary staging table, or
// straight into the target when nothing has to be compared. Owns no connection; a stage is used by
// one loader and outlives its transactions.
#pragma once

#include "tools/pg-load/batch/line_store.hpp"
#include "tools/pg-load/rows/duplicate_filter.hpp"
#include "tools/pg-load/rows/scope.hpp"
#include "tools/pg-load/table/row_encoder.hpp"
#include "tools/pg-load/table/statements.hpp"
#include "tools/pg-load/target/session.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cdckit::pg_load {

// Marks of stored lines.
inline constexpr std::uint32_t kWholeRow = 0;
inline constexpr std::uint32_t kKeyOnly =
    1;  // a rejected row of a picture: it is there all the same

class RowStage {
 public:
  RowStage(TargetTable target, EncoderSettings settings);
  RowStage(const RowStage&) = delete;
  RowStage& operator=(const RowStage&) = delete;

  // Inside a transaction: everything added from now on goes there.
  void start(Session& session, bool direct);
  // Good, bad (encoder().problem), foreign (not of the scope) or recoded: then start() again and
  // add all rows again. `found` are the members of the line when they are known.
  RowStatus add(const StoredLine& line, Scope& scope, ndjson::FoundMembers found = {});
  // Ends the COPY; more rows may be added, or close_copy() alone says whether it was taken so far.
  void finish();
  void close_copy();
  // The server refused it: rows added from now on begin another one.
  void drop_copy() noexcept;
  // Parts of it will be asked for. The next start() makes it anew.
  void index();
  // True when the rows may go straight into the target.
  [[nodiscard]] bool direct_possible() const;

  [[nodiscard]] const StageFacts& facts() const noexcept { return facts_; }
  [[nodiscard]] const Statements& statements() const noexcept { return statements_; }
  [[nodiscard]] const TargetTable& target() const noexcept { return target_; }
  [[nodiscard]] const RowEncoder& encoder() const noexcept { return encoder_; }
  [[nodiscard]] bool direct() const noexcept { return direct_; }

 private:
  void open_copy();
  void make_table();
  RowStatus read(const StoredLine& line, ndjson::FoundMembers found);
  RowStatus encode(const StoredLine& line);
  void note(const StoredLine& line);

  TargetTable target_;
  RowEncoder encoder_;
  Statements statements_;
  DuplicateFilter keys_;
  StageFacts facts_;
  Session* session_ = nullptr;
  std::string buffer_;
  std::size_t fields_ = 0;  // of a staged row
  std::uint64_t table_epoch_ = 0;
  std::vector<Codec> table_codecs_;  // of the staging table that exists
  bool direct_ = false;
  bool copying_ = false;
};

}  // namespace cdckit::pg_load
