// Things that change rows and send no event: a column that is added with a default, another type
// for one, a table that is rewritten (ALTER TABLE .. USING, SET EXPRESSION) or truncated although
// no publication carries that, a partition that leaves or comes with its rows, a table that is
// published with them; or leave the rows under a name that sinks know no longer: a table or a
// column that is renamed. The stream only shows that a table is announced again, the catalog what
// it looks like then: both are compared with the time before, and a warning names the table and
// what helps. Pure but for the log. One thread.
#pragma once

#include "tools/walcat/encode/table.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace cdckit::walcat {

class SilentChanges {
 public:
  // Announced again, or for the first time.
  void met(const Relation& relation, const CatalogTable& catalog);
  // Published since the run began, with rows that are older.
  static void came_with_rows(const Relation& relation);
  // About to be read as a whole: whatever happened before does not matter.
  void read_anew(const Relation& relation, const CatalogTable& catalog);
  // A transaction that is not younger than the last look at the table; nothing: there was none.
  [[nodiscard]] std::optional<std::uint32_t> last_seen(std::uint32_t oid) const;
  // An event told of it.
  void truncated(std::uint32_t oid);
  // Everything before this position was streamed: what it has not told is told by nothing.
  void passed(std::uint64_t lsn);

 private:
  struct Known {
    std::string name;
    std::vector<Relation::Column> columns;
    std::map<std::uint32_t, std::uint32_t> files;
    std::uint32_t xid = 0;
  };
  struct Waiting {
    std::string text;
    std::uint64_t as_of = 0;
  };
  static Known known_from(const Relation& relation, const CatalogTable& catalog);
  void compare_files(const Known& before, const Relation& relation, const CatalogTable& catalog);

  std::unordered_map<std::uint32_t, Known> known_;
  std::unordered_map<std::uint32_t, Waiting> waiting_;  // an event may yet come
};

// What became of the columns, one sentence each; pure.
std::vector<std::string> column_changes(const std::vector<Relation::Column>& before,
                                        const Relation& relation,
                                        const CatalogTable& catalog);

}  // namespace cdckit::walcat
