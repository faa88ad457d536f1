#include "tools/walcat/wire/copy_row.hpp"

#include <algorithm>

namespace cdckit::walcat {
namespace {

char unescape(char letter) noexcept {
  switch (letter) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    default:
      return letter;
  }
}

}  // namespace

Value CopyRow::field(std::string_view raw) {
  if (raw == "\\N") return {'n', {}};
  if (raw.find('\\') == std::string_view::npos) return {'t', raw};
  const auto begin = unescaped_.size();
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const bool escaped = raw[i] == '\\' && i + 1 < raw.size();
    unescaped_ += escaped ? unescape(raw[++i]) : raw[i];
  }
  return {'t', std::string_view(unescaped_).substr(begin)};
}

const std::vector<Value>& CopyRow::parse(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  values_.clear();
  unescaped_.clear();
  unescaped_.reserve(line.size());  // views into it must not move
  for (;;) {
    const auto tab = line.find('\t');
    values_.push_back(field(line.substr(0, tab)));
    if (tab == std::string_view::npos) return values_;
    line.remove_prefix(tab + 1);
  }
}

}  // namespace cdckit::walcat
