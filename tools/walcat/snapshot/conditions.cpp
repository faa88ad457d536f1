#include "tools/walcat/snapshot/conditions.hpp"

#include "common/base/error.hpp"

#include <stdexcept>

namespace cdckit::walcat {

RowCondition parse_condition(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    throw std::invalid_argument("not TABLE=CONDITION");
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

Conditions::Conditions(const std::vector<RowCondition>& conditions)
    : conditions_(conditions), used_(conditions.size(), false) {}

std::vector<std::string> Conditions::of(std::string_view schema, std::string_view table) {
  const std::string full = std::string(schema) + "." + std::string(table);
  std::vector<std::string> found;
  for (std::size_t i = 0; i < conditions_.size(); ++i) {
    if (conditions_[i].table != full && conditions_[i].table != table) continue;
    found.push_back(conditions_[i].text);
    used_[i] = true;
  }
  return found;
}

void Conditions::require_all_used() const {
  for (std::size_t i = 0; i < used_.size(); ++i) {
    if (used_[i]) continue;
    throw base::Error(base::ErrorKind::usage,
                      "could not use --where for table \"" + conditions_[i].table +
                          "\": the snapshot does not read it",
                      "TABLE is schema.table or the name alone, as published and selected.");
  }
}

}  // namespace cdckit::walcat
