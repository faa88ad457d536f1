#include "common/event/field_problem.hpp"

#include <algorithm>

namespace cdckit::event {

std::string column_problem(std::string_view table,
                           std::string_view column,
                           std::string_view type,
                           std::string_view reason,
                           std::string_view json) {
  constexpr std::size_t kShown = 100;
  std::string text;
  if (!table.empty()) text.append("table \"").append(table).append("\", ");
  text.append("column \"").append(column).append("\"");
  if (!type.empty()) text.append(" (").append(type).append(")");
  text.append(": ").append(reason);
  if (json.empty()) return text;
  std::size_t shown = std::min(json.size(), kShown);
  while (shown < json.size() && (static_cast<unsigned char>(json[shown]) & 0xC0U) == 0x80U) --shown;
  text.append(": ").append(json.substr(0, shown));
  return shown < json.size() ? text + ".." : text;
}

}  // namespace cdckit::event
