#include "tools/walcat/filter/table_filter.hpp"

#include "common/base/text.hpp"

#include <algorithm>

namespace cdckit::walcat {
namespace {

bool any_matches(const std::vector<std::string>& globs,
                 std::string_view schema,
                 std::string_view table) {
  const std::string full = std::string(schema) + "." + std::string(table);
  return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
    return base::glob_match(glob,
                            glob.find('.') == std::string::npos ? table : std::string_view(full));
  });
}

}  // namespace

bool TableFilter::selects(std::string_view schema, std::string_view table) const {
  return (include_.empty() || any_matches(include_, schema, table)) &&
         !any_matches(exclude_, schema, table);
}

}  // namespace cdckit::walcat
