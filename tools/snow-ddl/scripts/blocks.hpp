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
  [[nodiscard]] bool open() const noexcept { return !open_.empty() || declaring_; }
  void reset() { *this = Blocks(); }

 private:
  enum class Opened : unsigned char { block, choice };  // BEGIN, CASE

  void see_head(std::string_view word, std::string_view next);
  void see_begin(std::string_view before, std::string_view next);
  void see_end(std::string_view before, std::string_view next);
  [[nodiscard]] bool starts_statement(std::string_view before) const;

  std::vector<Opened> open_;
  std::string first_;
  std::string kind_;  // of what is created: TASK, PROCEDURE, FUNCTION, ALERT
  int parentheses_ = 0;
  bool declaring_ = false;  // between DECLARE and its BEGIN
  bool body_next_ = false;  // the next word begins the body of what is created
  bool has_body_ = false;
};

}  // namespace cdckit::snow_ddl
