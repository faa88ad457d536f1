#include "tools/snow-ddl/scripts/script_name.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <cctype>

namespace cdckit::snow_ddl {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view take_run(std::string_view& text) {
  const bool digits = is_digit(text.front());
  std::size_t size = 0;
  while (size < text.size() && is_digit(text[size]) == digits) ++size;
  const std::string_view run = text.substr(0, size);
  text.remove_prefix(size);
  return run;
}

std::weak_ordering compare_numbers(std::string_view left, std::string_view right) {
  left.remove_prefix(std::min(left.find_first_not_of('0'), left.size()));
  right.remove_prefix(std::min(right.find_first_not_of('0'), right.size()));
  if (left.size() != right.size()) return left.size() <=> right.size();
  return left.compare(right) <=> 0;
}

std::weak_ordering compare_runs(std::string_view left, std::string_view right) {
  if (is_digit(left.front()) && is_digit(right.front())) return compare_numbers(left, right);
  return base::to_lower(left).compare(base::to_lower(right)) <=> 0;
}

// add_big_TABLE -> Add big table
std::string describe(std::string_view words) {
  std::string text = base::to_lower(words);
  std::replace(text.begin(), text.end(), '_', ' ');
  if (!text.empty())
    text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text;
}

}  // namespace

bool is_jinja_file(std::string_view file) {
  return base::to_lower(file).ends_with(".sql.jinja");
}

bool is_step_file(std::string_view file) {
  const std::string lower = base::to_lower(file);
  const bool steps = lower.ends_with(".cli.yml") || lower.ends_with(".cli.yml.jinja");
  return steps && std::string_view("vra").find(lower.front()) != std::string_view::npos &&
         lower.find("__") != std::string::npos;
}

std::optional<ScriptName> parse_script_name(const std::string& whole) {
  constexpr std::string_view kExtension = ".sql";
  constexpr std::string_view kJinja = ".jinja";
  const std::string file =
      is_jinja_file(whole) ? whole.substr(0, whole.size() - kJinja.size()) : whole;
  if (!base::to_lower(file).ends_with(kExtension)) return {};
  const std::string_view stem = std::string_view(file).substr(0, file.size() - kExtension.size());
  const std::size_t border = stem.find("__");
  if (border == std::string_view::npos || border == 0 || border + 2 == stem.size()) return {};
  const std::string_view version = stem.substr(1, border - 1);
  ScriptName name{
      ScriptKind::versioned, file, std::string(version), describe(stem.substr(border + 2))};
  switch (std::toupper(static_cast<unsigned char>(stem.front()))) {
    case 'U':
      name.kind = ScriptKind::undo;
      [[fallthrough]];
    case 'V':
      if (version.empty()) return {};
      return name;
    case 'R':
      name.kind = ScriptKind::repeatable;
      break;
    case 'A':
      name.kind = ScriptKind::always;
      break;
    default:
      return {};
  }
  if (!version.empty()) return {};
  return name;
}

bool is_misnamed(const std::string& file) {
  const std::string lower = base::to_lower(file);
  if (lower.size() < 2 || !(lower.ends_with(".sql") || is_jinja_file(file))) return false;
  const bool numbered = lower.front() == 'v' || lower.front() == 'u';
  const bool named = lower.front() == 'r' || lower.front() == 'a';
  const bool meant = (numbered && is_digit(lower[1]) && lower.find('_') != std::string::npos) ||
                     (named && lower[1] == '_');
  return meant && !parse_script_name(file);
}

char kind_letter(ScriptKind kind) noexcept {
  switch (kind) {
    case ScriptKind::versioned:
      return 'V';
    case ScriptKind::repeatable:
      return 'R';
    case ScriptKind::always:
      return 'A';
    case ScriptKind::undo:
      return 'U';
  }
  return '?';
}

std::string canonical_version(std::string_view version) {
  std::string out;
  while (!version.empty()) {
    std::string_view run = take_run(version);
    if (is_digit(run.front()))
      run.remove_prefix(std::min(run.find_first_not_of('0'), run.size() - 1));
    out += base::to_lower(run);
  }
  return out;
}

std::weak_ordering compare_natural(std::string_view left, std::string_view right) {
  while (!left.empty() && !right.empty()) {
    const auto order = compare_runs(take_run(left), take_run(right));
    if (order != 0) return order;
  }
  return left.size() <=> right.size();
}

}  // namespace cdckit::snow_ddl
