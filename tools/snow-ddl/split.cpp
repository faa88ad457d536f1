#include "tools/snow-ddl/split.hpp"

#include "common/base/text.hpp"
#include "tools/snow-ddl/sql_token.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace cdckit::snow_ddl {
namespace {

template <std::size_t Count>
bool is_one_of(std::string_view word, const std::array<std::string_view, Count>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Counts BEGIN and CASE against END, as far as they open and close blocks of Snowflake Scripting.
class Blocks {
 public:
  // `next` is the word or symbol behind `word`, `before` the one in front of it, both upper case.
  void see(std::string_view word, std::string_view before, std::string_view next) {
    if (first_.empty()) first_ = word;
    if (before == ".") return;  // a column that is named so
    if (word == "DECLARE" && (depth_ == 0) && opens_block(before)) {
      declaring_ = true;
    } else if (word == "BEGIN" && opens_block(before) && !is_transaction(before, next)) {
      declaring_ = false;
      ++depth_;
    } else if (word == "CASE" && depth_ > 0 && before != "END") {
      ++depth_;
    } else if (word == "END" && depth_ > 0 && !is_one_of(next, kUncounted)) {
      --depth_;
    }
  }

  [[nodiscard]] bool open() const noexcept { return depth_ > 0 || declaring_; }
  void reset() { *this = Blocks(); }

 private:
  // END IF and the like close what was not counted when it opened.
  static constexpr std::array<std::string_view, 5> kUncounted{
      "IF", "FOR", "WHILE", "LOOP", "REPEAT"};
  static constexpr std::array<std::string_view, 7> kStatementBorders{
      ";", "THEN", "ELSE", "DO", "LOOP", "BEGIN", "REPEAT"};
  static constexpr std::array<std::string_view, 5> kTransactionWords{
      "TRANSACTION", "WORK", "NAME", ";", ""};
  static constexpr std::array<std::string_view, 4> kAfterAlias{",", ")", "FROM", ";"};

  // At the start of a statement, behind DECLARE's part, or as the body of what is being created.
  [[nodiscard]] bool opens_block(std::string_view before) const {
    if (before.empty() || declaring_) return true;
    if (depth_ > 0) return is_one_of(before, kStatementBorders);
    return before == "AS" && (first_ == "CREATE" || first_ == "ALTER");
  }

  [[nodiscard]] bool is_transaction(std::string_view before, std::string_view next) const {
    if (depth_ > 0 || declaring_)
      return is_one_of(next, std::array<std::string_view, 1>{"TRANSACTION"});
    return before.empty() ? is_one_of(next, kTransactionWords) : is_one_of(next, kAfterAlias);
  }

  std::string first_;
  int depth_ = 0;
  bool declaring_ = false;
};

class Splitter {
 public:
  Splitter(std::string_view script, const std::string& source)
      : script_(script), tokens_(script, source) {}

  std::vector<SqlStatement> split() {
    SqlToken token = tokens_.next();
    while (token.kind != TokenKind::end) {
      const SqlToken next = tokens_.next();
      take(token, next);
      token = next;
    }
    finish();
    return std::move(statements_);
  }

 private:
  void take(const SqlToken& token, const SqlToken& next) {
    if (token.text == ";" && !blocks_.open()) {
      finish();
      return;
    }
    if (!begin_) begin_ = token.offset;
    end_ = token.offset + token.text.size();
    const std::string word = token.kind == TokenKind::literal ? "''" : base::to_upper(token.text);
    if (token.kind == TokenKind::word) blocks_.see(word, before_, base::to_upper(next.text));
    before_ = word;
  }

  void finish() {
    if (begin_)
      statements_.push_back(
          {std::string(script_.substr(*begin_, end_ - *begin_)), tokens_.line_at(*begin_)});
    begin_.reset();
    before_.clear();
    blocks_.reset();
  }

  std::string_view script_;
  SqlTokens tokens_;
  Blocks blocks_;
  std::vector<SqlStatement> statements_;
  std::optional<std::size_t> begin_;
  std::size_t end_ = 0;
  std::string before_;
};

}  // namespace

std::vector<SqlStatement> split_statements(std::string_view script, const std::string& source) {
  return Splitter(script, source).split();
}

}  // namespace cdckit::snow_ddl
