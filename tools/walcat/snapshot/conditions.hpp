// --where TABLE=CONDITION: which rows of a table a snapshot reads. Pure; throws usage for a
// condition that no table takes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cdckit::walcat {

struct RowCondition {
  std::string table;  // schema.table, or the name alone
  std::string text;
  bool operator==(const RowCondition&) const = default;
};

// Throws std::invalid_argument when it is not TABLE=CONDITION.
RowCondition parse_condition(const std::string& text);

class Conditions {
 public:
  explicit Conditions(const std::vector<RowCondition>& conditions);
  // Those of this table; all of them hold.
  std::vector<std::string> of(std::string_view schema, std::string_view table);
  // Once all tables have asked.
  void require_all_used() const;

 private:
  const std::vector<RowCondition>& conditions_;
  std::vector<bool> used_;
};

}  // namespace cdckit::walcat
