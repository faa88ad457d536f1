#include "tools/snow-ddl/generate/known_layouts.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/io/file_descriptor.hpp"
#include "tools/snow-ddl/scripts/script_name.hpp"
#include "tools/snow-ddl/scripts/script_text.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

namespace fs = std::filesystem;

// Versioned scripts, the oldest first.
std::vector<std::pair<std::string, std::string>> versioned_files(const std::string& folder) {
  std::vector<std::pair<std::string, std::string>> found;
  std::error_code error;
  if (!fs::exists(folder, error)) return found;
  auto entries = fs::recursive_directory_iterator(folder, error);
  for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    if (!entries->is_regular_file()) continue;
    const auto name = parse_script_name(entries->path().filename().string());
    if (name && name->kind == ScriptKind::versioned)
      found.emplace_back(name->version, entries->path().string());
  }
  if (error)
    throw base::system_error(
        base::ErrorKind::unavailable, fmt::format("could not read \"{}\"", folder), error.value());
  std::sort(found.begin(), found.end(), [](const auto& left, const auto& right) {
    return compare_natural(left.first, right.first) < 0;
  });
  return found;
}

void read_file(KnownLayouts& known, const std::string& path) {
  for (const std::string& line : base::split(normalise(io::read_file(path), path), '\n')) {
    if (is_setup_comment(line)) known.setup = true;
    if (auto layout = parse_layout_comment(line)) {
      std::string table = layout->table;
      known.tables.insert_or_assign(std::move(table), std::move(*layout));
    }
  }
}

}  // namespace

KnownLayouts read_known_layouts(const std::string& folder) {
  KnownLayouts known;
  for (const auto& [version, path] : versioned_files(folder)) {
    read_file(known, path);
    known.version = version;
  }
  return known;
}

std::string next_version(const std::string& version) {
  const auto end = std::find_if(
      version.begin(), version.end(), [](unsigned char c) { return std::isdigit(c) == 0; });
  const std::string digits(version.begin(), end);
  if (version.empty()) return "1";
  const auto number = base::parse_unsigned(digits);
  if (!number)
    throw base::Error(base::ErrorKind::config,
                      fmt::format("could not count on from version \"{}\"", version),
                      "Versions of a folder for generated scripts begin with a number.");
  return fmt::format("{:0{}}", *number + 1, digits.size());
}

}  // namespace cdckit::snow_ddl
