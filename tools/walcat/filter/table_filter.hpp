// --table and --exclude-table: shell globs over `schema.table`; one without a dot looks at the
// table's name alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cdckit::walcat {

class TableFilter {
 public:
  TableFilter(std::vector<std::string> include, std::vector<std::string> exclude)
      : include_(std::move(include)), exclude_(std::move(exclude)) {}
  [[nodiscard]] bool selects(std::string_view schema, std::string_view table) const;
  [[nodiscard]] const std::vector<std::string>& include() const noexcept { return include_; }
  [[nodiscard]] bool selects_all() const noexcept { return include_.empty() && exclude_.empty(); }

 private:
  std::vector<std::string> include_;  // empty: all
  std::vector<std::string> exclude_;
};

}  // namespace cdckit::walcat
