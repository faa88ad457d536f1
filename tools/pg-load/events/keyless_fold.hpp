// The net effect of updates and deletes on a table without key, where a row is known by all its
// values alone: rows that are equal are one as good as the other. So a row that was changed twice
// goes from its first values to its last, and what the same run inserted before is changed there.
// Rows are texts of JSON: equal rows that are spelt differently count as different, and a change
// that finds no row then is applied again by itself. No I/O; one thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cdckit::pg_load {

class KeylessFold {
 public:
  // An insert of this run, from now on a row that a later change may mean: `entry` is its place
  // among the inserts.
  void inserted(std::string_view row, std::size_t entry);
  [[nodiscard]] bool has_inserted(std::string_view row) const {
    return inserted_.contains(std::string(row));
  }
  // The place of such an insert, which is given up with that.
  std::optional<std::size_t> take_inserted(std::string_view row);
  // False when the update sets other columns than those before it.
  bool update(std::string_view before,
              std::string_view after,
              const std::vector<std::string>& columns);
  void remove(std::string_view before);

  // Inserts are known from here on: with the first of inserted(), update(), remove() and begin().
  void begin() noexcept { begun_ = true; }
  [[nodiscard]] bool begun() const noexcept { return begun_; }
  [[nodiscard]] std::size_t size() const noexcept { return changes_.size(); }
  [[nodiscard]] std::size_t updates() const noexcept;
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] const std::vector<std::string>& columns() const noexcept { return columns_; }
  // The changes [{"g":1,"n":1,"f":{..}},..]: g is the group of rows that were equal before, n
  // counts them, f is what the row becomes (missing: deleted). And the groups
  // [{"g":1,"o":{..}},..].
  struct Texts {
    std::string changes;
    std::string groups;
  };
  [[nodiscard]] Texts json() const;
  // The only change, when there is one: what was there, and what is (empty: a delete).
  struct Change {
    std::string before;
    std::string after;
  };
  [[nodiscard]] const Change& only() const;
  void clear();

 private:
  using Places = std::unordered_map<std::string, std::vector<std::size_t>>;
  static void put(Places& places, std::string_view row, std::size_t place);
  static std::optional<std::size_t> take(Places& places, std::string_view row);

  std::vector<Change> changes_;
  Places results_;   // of updates, by what the row is now
  Places inserted_;  // entries of the caller's
  std::vector<std::string> columns_;
  std::size_t bytes_ = 0;
  bool begun_ = false;
};

}  // namespace cdckit::pg_load
