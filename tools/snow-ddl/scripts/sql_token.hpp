// The little of SQL's spelling that matters for finding where a statement ends.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cdckit::snow_ddl {

enum class TokenKind { word, literal, symbol, end };

struct SqlToken {
  TokenKind kind = TokenKind::end;
  std::string_view text;
  std::size_t offset = 0;
};

// Skips white space and comments. A literal is a string, a quoted name or a $$ text.
class SqlTokens {
 public:
  SqlTokens(std::string_view text, const std::string& source) : text_(text), source_(source) {}
  // Throws data with `source:line` for a literal or comment that never ends.
  SqlToken next();

 private:
  [[nodiscard]] std::size_t line_at(std::size_t offset) const;
  void skip_blanks();
  bool skip_comment();
  std::size_t literal_end() const;
  std::size_t word_end() const;
  std::size_t quoted_end(char quote) const;
  [[noreturn]] void refuse(const char* what) const;

  std::string_view text_;
  const std::string& source_;
  std::size_t at_ = 0;
};

// Whether one of the statement's words or quoted names is `name`, as Snowflake stores it.
bool mentions_name(std::string_view statement, std::string_view name);

}  // namespace cdckit::snow_ddl
