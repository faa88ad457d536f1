#include "tools/snow-ddl/scripts/split.hpp"

#include "common/base/text.hpp"
#include "tools/snow-ddl/scripts/blocks.hpp"
#include "tools/snow-ddl/scripts/sql_token.hpp"

#include <algorithm>
#include <optional>

namespace cdckit::snow_ddl {
namespace {

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
  static std::string word_of(const SqlToken& token) {
    return token.kind == TokenKind::literal ? "''" : base::to_upper(token.text);
  }

  void take(const SqlToken& token, const SqlToken& next) {
    if (token.text == ";" && !blocks_.open()) {
      finish();
      return;
    }
    if (!begin_) begin_ = token.offset;
    end_ = token.offset + token.text.size();
    const std::string word = word_of(token);
    blocks_.see(word, before_, word_of(next));
    before_ = word;
  }

  void finish() {
    if (begin_) {
      line_ += static_cast<std::size_t>(
          std::count(script_.data() + counted_, script_.data() + *begin_, '\n'));
      counted_ = *begin_;
      statements_.push_back({std::string(script_.substr(*begin_, end_ - *begin_)), line_});
    }
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
  std::size_t line_ = 1;  // of counted_
  std::size_t counted_ = 0;
  std::string before_;
};

}  // namespace

std::vector<SqlStatement> split_statements(std::string_view script, const std::string& source) {
  return Splitter(script, source).split();
}

}  // namespace cdckit::snow_ddl
