#include "tools/snow-ddl/scripts/sql_token.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/snow/identifiers.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

bool is_blank(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

bool is_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || c == '_' || byte >= 0x80;
}

}  // namespace

std::size_t SqlTokens::line_at(std::size_t offset) const {
  return 1 + static_cast<std::size_t>(std::count(
                 text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

void SqlTokens::refuse(const char* what) const {
  throw base::Error(
      base::ErrorKind::data,
      fmt::format("{}:{}: could not split script: {} never ends", source_, line_at(at_), what));
}

bool SqlTokens::skip_comment() {
  const std::string_view two = text_.substr(at_, 2);
  if (two == "--" || two == "//") {
    at_ = std::min(text_.find('\n', at_), text_.size());
    return true;
  }
  if (two != "/*") return false;
  const std::size_t end = text_.find("*/", at_ + 2);
  if (end == std::string_view::npos) refuse("a comment");
  at_ = end + 2;
  return true;
}

void SqlTokens::skip_blanks() {
  do {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  } while (at_ < text_.size() && skip_comment());
}

// A doubled quote is one inside; in strings, not in names, a backslash escapes.
std::size_t SqlTokens::quoted_end(char quote) const {
  for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
    if (text_[i] == '\\' && quote == '\'') {
      ++i;
    } else if (text_[i] == quote) {
      if (i + 1 == text_.size() || text_[i + 1] != quote) return i + 1;
      ++i;
    }
  }
  refuse(quote == '\'' ? "a string" : "a quoted name");
}

// 0 when no literal begins here.
std::size_t SqlTokens::literal_end() const {
  if (text_[at_] == '\'' || text_[at_] == '"') return quoted_end(text_[at_]);
  if (!text_.substr(at_).starts_with("$$")) return 0;
  const std::size_t end = text_.find("$$", at_ + 2);
  if (end == std::string_view::npos) refuse("a $$ text");
  return end + 2;
}

// A $ may be part of a name, but AS$$ is two words, as it is written in front of a body.
std::size_t SqlTokens::word_end() const {
  std::size_t end = at_;
  while (end < text_.size() && (is_word(text_[end]) || text_[end] == '$')) {
    const bool body = text_.substr(end).starts_with("$$");
    if (body && base::to_upper(text_.substr(at_, end - at_)) == "AS") break;
    ++end;
  }
  return end;
}

SqlToken SqlTokens::next() {
  skip_blanks();
  if (at_ >= text_.size()) return {TokenKind::end, {}, text_.size()};
  const std::size_t begin = at_;
  TokenKind kind = TokenKind::symbol;
  if (const std::size_t end = literal_end(); end != 0) {
    kind = TokenKind::literal;
    at_ = end;
  } else if (is_word(text_[at_])) {
    kind = TokenKind::word;
    at_ = word_end();
  } else {
    ++at_;
  }
  return {kind, text_.substr(begin, at_ - begin), begin};
}

bool mentions_name(std::string_view statement, std::string_view name) {
  const std::string source = "statement";
  SqlTokens tokens(statement, source);
  for (SqlToken token = tokens.next(); token.kind != TokenKind::end; token = tokens.next()) {
    const bool is_name = token.kind == TokenKind::word || token.text.starts_with('"');
    if (is_name && snow::typed_name(token.text) == name) return true;
  }
  return false;
}

}  // namespace cdckit::snow_ddl
