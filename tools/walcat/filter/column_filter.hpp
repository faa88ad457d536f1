// --column, --exclude-column, --mask and --key: looks at a table once, when it is met, and changes
// what is printed of it. Rows then cost nothing more than the values that are hidden save.
#pragma once

#include "tools/walcat/encode/table.hpp"
#include "tools/walcat/filter/filter_flags.hpp"
#include "tools/walcat/filter/salted_hash.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::walcat {

class ColumnFilter {
 public:
  // Reads the salts: throws config when a file or a variable is not there.
  explicit ColumnFilter(const FilterOptions& options);

  // Key first, then columns, then masks. Throws unavailable when the table cannot have that key, or
  // when a masked key would no longer tell rows apart.
  void apply(Table& table, const Relation& relation, const CatalogTable& catalog);
  // A flag that has fitted nothing so far, as typed.
  [[nodiscard]] std::optional<std::string> unmatched() const;
  [[nodiscard]] bool idle() const noexcept {
    return columns_.empty() && excludes_.empty() && masks_.empty() && keys_.empty();
  }

 private:
  struct Rule {
    std::string flag;  // as typed, without a salt
    bool used = false;
  };
  struct ColumnRule : Rule {
    std::string glob;
  };
  struct Mask : ColumnRule {
    std::shared_ptr<const SaltedHash> hash;  // null: asterisks
  };
  struct Key : Rule {
    KeyRule rule;
  };

  void apply_keys(Table& table, const Relation& relation);
  void set_key(Table& table, const Relation& relation, const KeyRule& rule) const;
  void hide_columns(Table& table);
  void mask_columns(Table& table, const Relation& relation, const CatalogTable& catalog);
  static bool any_fits(std::vector<ColumnRule>& rules,
                       const event::TableSchema& shape,
                       const std::string& column);

  std::vector<ColumnRule> columns_;
  std::vector<ColumnRule> excludes_;
  std::vector<Mask> masks_;
  std::vector<Key> keys_;
  bool rows_change_ = true;  // u or d is among --ops
};

// Without a dot in the glob the column's name alone counts, with one `table.column`, with more all
// three.
bool column_fits(const std::string& glob,
                 const event::TableSchema& shape,
                 const std::string& column);

}  // namespace cdckit::walcat
