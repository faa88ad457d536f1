// Which semicolons of a statement are inside of a block of Snowflake Scripting: words go in one by
// one, open() says whether a semicolon here would end the statement. Words that are only names
// (columns, aliases) open and close nothing. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cdckit::snow_ddl {

class Blocks {
 public:
  // `word` and its neighbours are upper case; literals are ''. `next` is empty at the end.
  void see(std::string_view word, std::string_view before, std::string_view next);
  [[nodiscard]] bool open() const noexcept { return !open_.empty(); }
  void reset() { *this = Blocks(); }

 private:
  // BEGIN, CASE, between DECLARE and its BEGIN
  enum class Opened : unsigned char { block, choice, declarations };

  // Of the statement, or of one inside of a block, which may have a body of its own.
  struct Head {
    std::string first{};
    std::string kind{};      // of what is created: TASK, PROCEDURE, FUNCTION, ALERT
    bool has_body = false;   // it began, or there is none
    bool body_next = false;  // the next word begins it
  };

  [[nodiscard]] bool begins_statement(std::string_view before) const;
  [[nodiscard]] bool opens(std::string_view before, std::string_view next, bool body) const;
  void see_declare(std::string_view before, bool first, bool body);
  void see_begin(std::string_view before, std::string_view next, bool body);
  void see_end(std::string_view before, std::string_view next);
  void see_head(std::string_view word, std::string_view before);

  std::vector<Opened> open_;
  Head head_;
  int parentheses_ = 0;
};

}  // namespace cdckit::snow_ddl
