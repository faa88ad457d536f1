// Moves staged rows into their table, inside the transaction that staged them, and finds the ones
// that the table refuses by halves. One for each attempt at a batch.
#pragma once

#include "tools/pg-load/batch/rejects.hpp"
#include "tools/pg-load/rows/row_stage.hpp"
#include "tools/pg-load/settings/settings.hpp"
#include "tools/pg-load/target/session.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace cdckit::pg_load {

// A deferred constraint that fails at the commit would not tell which row it was.
inline constexpr const char* kCheckNow = "SET CONSTRAINTS ALL IMMEDIATE";

// "" when it is not the server's.
std::string sqlstate_of(const base::Error& error);

struct MergeCounts {
  std::uint64_t inserted = 0;
  std::uint64_t updated = 0;
  std::uint64_t deleted = 0;
  std::uint64_t unchanged = 0;  // of several rows with one key only the last counts
};

class RowMerge {
 public:
  // All of them outlive it. `store`: the lines that were staged.
  RowMerge(Session& session,
           RowStage& stage,
           const LineStore& store,
           Rejects& rejects,
           const Options& options)
      : session_(session), stage_(stage), store_(store), rejects_(rejects), options_(options) {}

  // Inserts or merges; refused rows go to the rejects. Throws what is no row's fault.
  void apply();
  // Deletes the rows that are not staged, of the scope (a condition, or empty). Throws data when
  // they are more than --max-delete allows, before the first of them. How many went.
  std::uint64_t delete_missing(const std::string& scope);
  [[nodiscard]] const MergeCounts& counts() const noexcept { return counts_; }

 private:
  bool apply_part(const StageFacts& facts);
  void split(const StageFacts& facts);
  void run_merge(const StageFacts& facts);
  void reject_staged(std::int64_t line, const base::Error& error);
  void check_deletes(const std::string& scope);
  std::optional<std::uint64_t> matches_before(const StageFacts& facts);
  std::uint64_t staged_keys(const StageFacts& facts);
  MergeCounts statistics();

  Session& session_;
  RowStage& stage_;
  const LineStore& store_;
  Rejects& rejects_;
  const Options& options_;
  MergeCounts counts_;
  std::uint64_t asked_ = 0;  // refused rows whose column was looked for
};

}  // namespace cdckit::pg_load
