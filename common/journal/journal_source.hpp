// What a journal, or a slice of it, says about each key: the SELECT that merges and views are made
// of. Pure text.
//
// It gives one row a key: k1.. the key, c1.. the values, pos of its newest change, gone when that
// change or a truncate removed it, edge below which the mirror's row is older; of values that the
// server may leave out (open) h1.. whether they are known, and born where the key's life began.
#pragma once

#include "common/journal/merge_plan.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace cdckit::journal {

// A column of this type may be left out by the server because it is stored out of line.
bool may_be_unchanged(const snow::ColumnType& type);

// item(0)<separator>item(1)...
std::string list_of(std::size_t count,
                    const std::string& separator,
                    const std::function<std::string(std::size_t)>& item);
std::string numbered(const char* letter, std::size_t index);

// Writes it from the inside out. Keeps references to the plan.
class JournalSource {
 public:
  explicit JournalSource(const MergePlan& plan);
  // WITH .. SELECT ..
  [[nodiscard]] std::string select() const;
  // CTEs `changes` (with ts, when they were committed) and, with open columns, `states`: each of
  // them with what is known of its values, and `roots`: what each life began with.
  [[nodiscard]] std::string every_state() const;
  [[nodiscard]] std::string changes_alone() const { return "WITH " + changes(); }
  // The value of a row `c` of `states` (or `changes`) whose life began with `r` or, older, the
  // mirror's row `m`.
  [[nodiscard]] std::string state_value(std::size_t index) const;
  // `r` and `m` joined to it.
  [[nodiscard]] std::string join_roots() const;
  [[nodiscard]] const std::vector<const snow::TableColumn*>& key_columns() const { return keys_; }
  [[nodiscard]] const std::vector<const snow::TableColumn*>& values() const { return values_; }
  [[nodiscard]] bool is_open(std::size_t index) const;
  [[nodiscard]] bool has_open() const { return !open_.empty(); }
  // `alias` stands before k1..
  [[nodiscard]] std::string keys(const std::string& alias) const;
  [[nodiscard]] std::string each_open(
      const std::string& separator,
      const std::function<std::string(const std::string&)>& item) const;
  // What a row `t` of the mirror gets from a row `s` of the source: an unknown value stays as it
  // is, unless the row that is there belonged to an earlier life of the key.
  [[nodiscard]] std::string new_value(std::size_t index) const;
  // t's key is s's.
  [[nodiscard]] std::string same_row() const;

 private:
  [[nodiscard]] std::string same_key(const std::string& left, const std::string& right) const;
  [[nodiscard]] std::string from_key_object(const std::string& object, std::size_t index) const;
  [[nodiscard]] std::string cut() const;
  [[nodiscard]] std::string changes() const;
  [[nodiscard]] std::string graves() const;
  [[nodiscard]] std::string lives() const;
  [[nodiscard]] std::string newest() const;
  [[nodiscard]] std::string parents() const;
  [[nodiscard]] std::string chain(bool of_lives) const;
  [[nodiscard]] std::string join_mirror(const std::string& root) const;
  [[nodiscard]] std::string resolved() const;
  [[nodiscard]] std::string simple() const;
  [[nodiscard]] std::string gone(const std::string& alias) const;
  [[nodiscard]] std::string edge(const std::string& alias) const;
  [[nodiscard]] std::string join_graves(const std::string& alias) const;

  const MergePlan& plan_;
  std::vector<const snow::TableColumn*> keys_;
  std::vector<const snow::TableColumn*> values_;
  std::vector<std::size_t> open_;  // places in values_ of columns that may be unchanged
};

}  // namespace cdckit::journal
