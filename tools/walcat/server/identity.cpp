#include "tools/walcat/server/identity.hpp"

namespace cdckit::walcat {

bool has_identity(const IdentityFacts& table) noexcept {
  if (table.identity == 'f') return true;
  return table.identity == 'i' ? table.index : table.identity == 'd' && table.primary_key;
}

std::vector<std::string> without_identity(const std::vector<IdentityFacts>& tables) {
  std::vector<std::string> names;
  for (const auto& table : tables) {
    if (table.publishes_keys && !has_identity(table)) names.push_back(table.name);
  }
  return names;
}

std::string name_some(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 5;
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i == kMost) return out + " and " + std::to_string(names.size() - kMost) + " more";
    out += (i == 0 ? "" : ", ") + names[i];
  }
  return out;
}

}  // namespace cdckit::walcat
