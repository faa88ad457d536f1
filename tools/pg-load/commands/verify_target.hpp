// What the target holds, digested: buckets and rows of one table, and how far its sources were
// applied. All in one read-only transaction that lives as long as this.
#pragma once

#include "common/event/schema.hpp"
#include "common/pg/digest.hpp"
#include "tools/pg-load/settings/settings.hpp"
#include "tools/pg-load/table/target_table.hpp"
#include "tools/pg-load/target/session.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::pg_load {

// How a stored position stands to that of the digests.
enum class Standing { unknown, behind, same, ahead };

// `applied`: position of the newest event; `checkpoint`: everything below it was applied. Either
// may be empty.
Standing standing(std::string_view applied,
                  std::string_view checkpoint,
                  std::string_view wanted) noexcept;

class VerifyTarget {
 public:
  explicit VerifyTarget(Session& session);

  // Throws unavailable when several sources were applied and `source` names none.
  [[nodiscard]] Standing standing_at(std::string_view pos, const std::string& source);
  // `shape`: the source's columns and key when they are known.
  pg::DigestTable table(const TableName& name,
                        const std::optional<event::TableSchema>& shape,
                        const std::vector<std::string>& key);
  pg::Connection& connection() { return session_.connection(); }
  // The position that standing_at() compared with.
  [[nodiscard]] const std::string& stored() const noexcept { return stored_; }

 private:
  Session& session_;
  std::string stored_;
};

}  // namespace cdckit::pg_load
