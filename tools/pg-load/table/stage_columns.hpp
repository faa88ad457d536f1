// The columns of a staging table as SQL sees them: one column c<n> per column n of the target; of a
// very wide one `rest` holds the columns behind the first ones (TargetTable::packed_from). For
// events also o<n> per key column: the key under which the target still has a row that moved. Pure
// text.
#pragma once

#include "tools/pg-load/table/target_table.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::pg_load {

enum class StageKind { rows, events };

// The texts of columns with the separator between them.
std::string join(const std::vector<std::size_t>& columns,
                 std::string_view separator,
                 const std::function<std::string(std::size_t)>& text);

class StageColumns {
 public:
  StageColumns(const TargetTable& target, StageKind kind) : target_(target), kind_(kind) {}

  // How many fields a row of the staging table has behind `ord` or `op` and `missing`.
  [[nodiscard]] std::size_t staged_fields(const std::vector<std::size_t>& active) const;
  // The staged key columns: `c0, c3`.
  [[nodiscard]] std::string stage_key() const;
  // The staged key as its types see it: what is equal there comes once.
  [[nodiscard]] std::string distinct_key() const;
  // s.c<n> as the target's type would see it in a comparison with it.
  [[nodiscard]] std::string staged_for_match(std::size_t column) const {
    return for_match(column, staged(column));
  }
  // `t.k = s.c0 AND ...`
  [[nodiscard]] std::string match(const std::string& target_alias = "t") const;
  [[nodiscard]] std::string target_column(std::size_t column) const;

 protected:
  [[nodiscard]] bool packed(std::size_t column) const;
  // c<n>, or its place in `rest`; o<n>.
  [[nodiscard]] std::string staged_name(std::size_t column) const;
  [[nodiscard]] static std::string origin_name(std::size_t column);
  // s.c<n>, and s.o<n> of a key column.
  [[nodiscard]] std::string staged(std::size_t column) const;
  [[nodiscard]] static std::string origin(std::size_t column);
  [[nodiscard]] Codec staged_codec(std::size_t column) const;
  // What a staged column holds, as the target's type would take it, and compare it.
  [[nodiscard]] std::string typed(std::size_t column, const std::string& value) const;
  [[nodiscard]] std::string populated(std::size_t column, const std::string& value) const;
  [[nodiscard]] std::string for_match(std::size_t column, const std::string& value) const;
  [[nodiscard]] std::string staged_value(std::size_t column) const {
    return typed(column, staged(column));
  }

  const TargetTable& target_;  // NOLINT(*-non-private-member-variables-in-classes)
  StageKind kind_;             // NOLINT(*-non-private-member-variables-in-classes)
};

}  // namespace cdckit::pg_load
