#include "tools/snow-ddl/scripts/script.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/log/log.hpp"
#include "tools/snow-ddl/scripts/checksum.hpp"
#include "tools/snow-ddl/scripts/include.hpp"
#include "tools/snow-ddl/scripts/running_order.hpp"
#include "tools/snow-ddl/scripts/script_text.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorKind;

// The first-level folder that the script is in, when that is a stream.
std::string stream_of(const fs::path& folder, const fs::path& path) {
  const fs::path below = path.lexically_relative(folder);
  if (std::distance(below.begin(), below.end()) < 2) return {};
  const fs::path first = *below.begin();
  std::error_code error;
  return fs::exists(folder / first / ".stream", error) ? first.string() : std::string();
}

// `-- snow-ddl: after R__x` in a line of its own.
std::vector<std::string> read_after(std::string_view text) {
  constexpr std::string_view kWords = "-- snow-ddl: after ";
  std::vector<std::string> names;
  for (const std::string& line : base::split(text, '\n')) {
    const std::string_view trimmed = base::trim(line);
    if (!trimmed.starts_with(kWords)) continue;
    for (const std::string& name : base::split(trimmed.substr(kWords.size()), ',')) {
      std::string wanted(base::trim(name));
      if (!base::to_lower(wanted).ends_with(".sql")) wanted += ".sql";
      names.push_back(std::move(wanted));
    }
  }
  return names;
}

Script load_script(const fs::path& path, ScriptName name, const ScriptSettings& settings) {
  const std::string source = path.string();
  Script script;
  script.name = std::move(name);
  script.path = source;
  script.stream = stream_of(settings.folder, path);
  const Template with = is_jinja_file(source) ? Template::jinja : settings.with;
  IncludedText whole =
      include_files(normalise(io::read_file(source), source), source, settings.folder, with);
  script.raw = std::move(whole.text);
  script.checksum = checksum_of(script.raw);
  script.rendered = render(script.raw, settings.variables, with, source, &script.secrets);
  script.statements = split_statements(script.rendered, source);
  for (SqlStatement& statement : script.statements) statement.line = whole.own_line(statement.line);
  if (script.name.kind == ScriptKind::repeatable) script.after = read_after(script.raw);
  return script;
}

[[noreturn]] void refuse_name(const std::string& path) {
  throw Error(ErrorKind::data,
              fmt::format("could not take script \"{}\": it would never run", path),
              "Two underscores stand in front of the description: V1.2__name.sql, R__name.sql.");
}

std::vector<Script> load(const ScriptSettings& settings, bool undo) {
  std::error_code error;
  std::vector<Script> scripts;
  auto entries = fs::recursive_directory_iterator(settings.folder, error);
  for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    if (!entries->is_regular_file()) continue;
    const std::string file = entries->path().filename().string();
    if (!undo && is_step_file(file))
      log::warning(
          fmt::format("\"{}\" is left out: it holds steps of Snowflake's command line, no SQL",
                      entries->path().string()));
    if (is_misnamed(file)) refuse_name(entries->path().string());
    auto name = parse_script_name(file);
    if (name && (name->kind == ScriptKind::undo) == undo)
      scripts.push_back(load_script(entries->path(), std::move(*name), settings));
  }
  if (error)
    throw base::system_error(ErrorKind::unavailable,
                             fmt::format("could not read \"{}\"", settings.folder),
                             error.value());
  put_in_order(scripts);
  return scripts;
}

}  // namespace

std::string Script::version() const {
  return stream.empty() || name.version.empty() ? name.version : stream + "/" + name.version;
}

std::string Script::key() const {
  return stream.empty() ? name.file : stream + "/" + name.file;
}

std::vector<Script> load_scripts(const ScriptSettings& settings) {
  return load(settings, false);
}

std::vector<Script> load_undo_scripts(const ScriptSettings& settings) {
  return load(settings, true);
}

std::vector<std::string> secrets_of(const std::vector<Script>& scripts,
                                    std::vector<std::string> others) {
  for (const Script& script : scripts)
    others.insert(others.end(), script.secrets.begin(), script.secrets.end());
  return others;
}

std::vector<std::string> find_twins(const std::vector<Script>& scripts) {
  std::vector<std::string> found;
  std::map<std::string, const Script*> seen;
  for (const Script& script : scripts) {
    const bool versioned = script.name.kind == ScriptKind::versioned;
    const std::string id = versioned
                               ? "V/" + script.stream + "/" + canonical_version(script.name.version)
                               : script.key();
    const auto [known, fresh] = seen.emplace(id, &script);
    if (fresh) continue;
    found.push_back(fmt::format("could not order scripts: \"{}\" and \"{}\" have the same {}",
                                known->second->path,
                                script.path,
                                versioned ? "version" : "name"));
  }
  return found;
}

}  // namespace cdckit::snow_ddl
