#include "tools/snow-ddl/script.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/snow/digest.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorKind;

Script load_script(const fs::path& path, ScriptName name, const Variables& variables) {
  const std::string source = path.string();
  const std::string text = render(io::read_file(source), variables, source);
  const std::string checksum = snow::sha224_hex(checksum_text(text));
  return {std::move(name), source, checksum, split_statements(text, source)};
}

bool runs_before(const Script& left, const Script& right) {
  if (left.name.kind != right.name.kind) return left.name.kind < right.name.kind;
  const bool versioned = left.name.kind == ScriptKind::versioned;
  return (versioned ? compare_natural(left.name.version, right.name.version)
                    : compare_natural(left.name.file, right.name.file)) < 0;
}

void refuse_twins(const std::vector<Script>& scripts) {
  for (std::size_t i = 1; i < scripts.size(); ++i) {
    const Script& one = scripts[i - 1];
    const Script& other = scripts[i];
    if (runs_before(one, other)) continue;
    throw Error(ErrorKind::data,
                fmt::format("could not order scripts: \"{}\" and \"{}\" have the same {}",
                            one.path,
                            other.path,
                            one.name.kind == ScriptKind::versioned ? "version" : "name"));
  }
}

}  // namespace

std::vector<Script> load_scripts(const std::string& folder, const Variables& variables) {
  std::error_code error;
  std::vector<Script> scripts;
  auto entries = fs::recursive_directory_iterator(folder, error);
  for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    if (!entries->is_regular_file()) continue;
    auto name = parse_script_name(entries->path().filename().string());
    if (name) scripts.push_back(load_script(entries->path(), std::move(*name), variables));
  }
  if (error)
    throw base::system_error(
        ErrorKind::unavailable, fmt::format("could not read \"{}\"", folder), error.value());
  // paths break ties, so that a message about twins is the same everywhere
  std::sort(scripts.begin(), scripts.end(), [](const Script& a, const Script& b) {
    return a.path < b.path;
  });
  std::stable_sort(scripts.begin(), scripts.end(), runs_before);
  refuse_twins(scripts);
  return scripts;
}

}  // namespace cdckit::snow_ddl
