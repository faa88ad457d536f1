// The complete picture of one table of the target while it comes in, and the position up to which
// the last one surely has the source's changes. Rows that a picture lacks are deleted at its end;
// that of a partitioned table comes in as many parts as it has partitions, and ends with the last
// of them. For the thread that owns the session, inside a transaction. Throws what the server says.
#pragma once

#include "common/event/control.hpp"
#include "tools/pg-load/table/statements.hpp"
#include "tools/pg-load/target/session.hpp"

#include <cstdint>
#include <string>

namespace cdckit::pg_load {

class TablePicture {
 public:
  // Rows deleted are returned. Throws data when a part is missing.
  std::uint64_t begin(Session& session,
                      const TargetTable& target,
                      const Statements& statements,
                      const event::Control& border);
  std::uint64_t end(Session& session,
                    const TargetTable& target,
                    const Statements& statements,
                    const event::Control& border);
  // A row of the picture, at its position.
  void read(std::string_view pos);

  // The table was empty when the picture began: its rows are new.
  [[nodiscard]] bool is_fresh() const noexcept { return state_ == State::fresh; }
  [[nodiscard]] bool is_tracked() const noexcept { return state_ == State::tracked; }
  // Notes the keys of the rows in the staging table.
  [[nodiscard]] static std::string track_sql(const TargetTable& target,
                                             const Statements& statements,
                                             const std::string& stage);
  // The same for one row, given as $1.
  [[nodiscard]] static std::string track_row_sql(const TargetTable& target);
  // The helper table lives in a session that is gone.
  [[nodiscard]] bool is_lost(const Session& session) const noexcept {
    return is_tracked() && generation_ != session.generation();
  }

  // Events of commits up to here are part of a picture that was applied. 0: none.
  [[nodiscard]] std::uint64_t horizon() const noexcept { return horizon_; }
  [[nodiscard]] bool horizon_known() const noexcept { return horizon_known_; }
  void set_horizon(std::uint64_t lsn) noexcept {
    horizon_ = lsn;
    horizon_known_ = true;
  }

 private:
  enum class State { none, fresh, tracked };
  void go_on(const TargetTable& target, const event::Control& border);

  std::uint64_t generation_ = 0;
  std::uint64_t horizon_ = 0;
  std::uint64_t newest_read_ = 0;  // highest LSN of its rows
  std::uint64_t part_ = 0;
  State state_ = State::none;
  bool horizon_known_ = false;
};

}  // namespace cdckit::pg_load
