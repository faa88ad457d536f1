#include "tools/snow-ddl/render.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

std::string normalise(std::string_view text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      out += text[i];
      continue;
    }
    out += '\n';
    if (i + 1 < text.size() && text[i + 1] == '\n') ++i;
  }
  return out;
}

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '-';
  });
}

class Renderer {
 public:
  Renderer(std::string_view text, const Variables& variables, const std::string& source)
      : text_(text), variables_(variables), source_(source) {}

  std::string render() {
    std::string out;
    for (;;) {
      const std::size_t brace = text_.find('{', at_);
      out += text_.substr(at_, brace - at_);
      if (brace == std::string_view::npos) return out;
      at_ = brace;
      const std::string_view two = text_.substr(brace, 2);
      if (two == "{%") refuse("only {{ name }} is understood, no {% %}");
      if (two == "{{") {
        out += value();
      } else {
        out += '{';
        ++at_;
      }
    }
  }

 private:
  const std::string& value() {
    const std::size_t end = text_.find("}}", at_);
    if (end == std::string_view::npos) refuse("{{ without }}");
    const std::string_view name = base::trim(text_.substr(at_ + 2, end - at_ - 2));
    if (!is_name(name)) refuse(fmt::format("\"{}\" is no name of a variable", name));
    const auto found = variables_.find(std::string(name));
    if (found == variables_.end()) {
      refuse(fmt::format("there is no variable \"{}\"", name),
             fmt::format("Give it with --var {}=VALUE.", name));
    }
    at_ = end + 2;
    return found->second;
  }

  [[noreturn]] void refuse(const std::string& reason, const std::string& hint = "") const {
    const auto lines =
        std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n');
    throw base::Error(base::ErrorKind::data,
                      fmt::format("{}:{}: could not render script: {}", source_, lines + 1, reason),
                      hint);
  }

  std::string_view text_;
  const Variables& variables_;
  const std::string& source_;
  std::size_t at_ = 0;
};

}  // namespace

std::string render(std::string_view text, const Variables& variables, const std::string& source) {
  const std::string normal = normalise(text);
  return Renderer(normal, variables, source).render();
}

std::string_view checksum_text(std::string_view rendered) {
  std::string_view text = base::trim(rendered);
  if (text.ends_with(';')) text.remove_suffix(1);
  return text;
}

}  // namespace cdckit::snow_ddl
