#include "tools/snow-ddl/scripts/include.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/io/file_descriptor.hpp"
#include "tools/snow-ddl/scripts/script_text.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

namespace fs = std::filesystem;

// Where a file is named in a text, and how.
struct Found {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string file{};
};

// `-- snow-ddl: include FILE`
std::optional<Found> find_comment(std::string_view text, std::size_t from) {
  constexpr std::string_view kWords = "-- snow-ddl: include ";
  for (std::size_t at = from; (at = text.find(kWords, at)) != std::string_view::npos;
       at += kWords.size()) {
    const std::size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
    if (!base::trim(text.substr(begin, at - begin)).empty()) continue;
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::size_t name = at + kWords.size();
    return Found{begin, end, std::string(base::trim(text.substr(name, end - name)))};
  }
  return std::nullopt;
}

// 'FILE' or "FILE" behind the word include; nothing for another statement of Jinja.
std::optional<std::string> named_file(std::string_view inside) {
  constexpr std::string_view kInclude = "include";
  inside = base::trim(inside);
  if (!inside.starts_with(kInclude)) return std::nullopt;
  inside = base::trim(inside.substr(kInclude.size()));
  const bool quoted = inside.size() > 2 && (inside.front() == '\'' || inside.front() == '"') &&
                      inside.find(inside.front(), 1) == inside.size() - 1;
  if (!quoted) return std::nullopt;
  return std::string(inside.substr(1, inside.size() - 2));
}

// {% include 'FILE' %}, but not inside of {# .. #}
std::optional<Found> find_jinja(std::string_view text, std::size_t from) {
  for (std::size_t at = from; (at = text.find('{', at)) != std::string_view::npos;) {
    const std::string_view mark = text.substr(at, 2);
    if (mark == "{#") {
      at = std::min(text.find("#}", at), text.size());
      continue;
    }
    const std::size_t end = mark == "{%" ? text.find("%}", at) : std::string_view::npos;
    if (end != std::string_view::npos) {
      if (auto file = named_file(text.substr(at + 2, end - at - 2)))
        return Found{at, end + 2, std::move(*file)};
    }
    ++at;
  }
  return std::nullopt;
}

class Includer {
 public:
  Includer(const std::string& folder, Template with)
      : folder_(fs::weakly_canonical(folder)), with_(with) {}

  std::string expand(const std::string& text, const fs::path& path) {
    chain_.push_back(fs::weakly_canonical(path));
    std::string out;
    std::size_t at = 0;
    while (const auto found = find(text, at)) {
      append(out, text.substr(at, found->begin - at));
      out += included(text, *found, path);
      at = found->end;
    }
    append(out, text.substr(at));
    chain_.pop_back();
    return out;
  }

  [[nodiscard]] bool included_any() const noexcept { return any_; }
  std::vector<std::size_t> take_lines() { return std::move(lines_); }

 private:
  [[nodiscard]] std::optional<Found> find(std::string_view text, std::size_t from) const {
    return with_ == Template::jinja ? find_jinja(text, from) : find_comment(text, from);
  }

  // Lines of the script itself count on, those of what it includes stay at its line.
  void append(std::string& out, const std::string& text) {
    for (const char c : text) {
      if (c != '\n') continue;
      if (chain_.size() == 1) ++line_;
      lines_.push_back(line_);
    }
    out += text;
  }

  std::string included(const std::string& text, const Found& found, const fs::path& by) {
    any_ = true;
    const std::string place = fmt::format(
        "{}:{}: could not include \"{}\": ",
        by.string(),
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(found.begin), '\n') + 1,
        found.file);
    const fs::path path = look_for(found.file, by, place);
    std::string inside = normalise(io::read_file(path.string()), path.string());
    if (inside.ends_with('\n')) inside.pop_back();  // the line that names it has its own
    return expand(inside, path);
  }

  [[nodiscard]] fs::path look_for(const std::string& file,
                                  const fs::path& by,
                                  const std::string& place) const {
    std::error_code error;
    for (const fs::path& folder : {by.parent_path(), folder_}) {
      const fs::path path = folder / file;
      if (!fs::is_regular_file(path, error)) continue;
      const fs::path whole = fs::weakly_canonical(path, error);
      const auto [end, rest] =
          std::mismatch(folder_.begin(), folder_.end(), whole.begin(), whole.end());
      if (end != folder_.end()) refuse(place + "it is outside of the folder of scripts");
      if (std::find(chain_.begin(), chain_.end(), whole) != chain_.end())
        refuse(place + "it would include itself");
      return path;
    }
    refuse(place + "there is no such file");
  }

  [[noreturn]] static void refuse(const std::string& message) {
    throw base::Error(base::ErrorKind::data, message);
  }

  fs::path folder_;
  Template with_;
  std::vector<fs::path> chain_;  // files that are open, the script first
  std::vector<std::size_t> lines_{1};
  std::size_t line_ = 1;
  bool any_ = false;
};

}  // namespace

std::size_t IncludedText::own_line(std::size_t line) const {
  if (lines.empty() || line == 0) return line;
  return lines[std::min(line, lines.size()) - 1];
}

IncludedText include_files(const std::string& text,
                           const std::string& path,
                           const std::string& folder,
                           Template with) {
  if (with == Template::none) return {text};
  Includer includer(folder, with);
  IncludedText out{includer.expand(text, path)};
  if (includer.included_any()) out.lines = includer.take_lines();
  return out;
}

}  // namespace cdckit::snow_ddl
