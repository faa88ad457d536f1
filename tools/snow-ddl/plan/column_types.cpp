#include "tools/snow-ddl/plan/column_types.hpp"

#include "common/base/text.hpp"
#include "common/snow/identifiers.hpp"
#include "common/snow/type_map.hpp"
#include "tools/snow-ddl/scripts/sql_token.hpp"

#include <algorithm>
#include <array>

namespace cdckit::snow_ddl {
namespace {

using snow::ColumnType;
using snow::TypeFamily;

template <std::size_t Count>
bool is_one_of(std::string_view word, const std::array<std::string_view, Count>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

struct Word {
  std::string text;   // as it is written
  std::string upper;  // empty for what is quoted
};

std::vector<Word> words_of(const std::string& text) {
  const std::string source = "statement";
  SqlTokens tokens(text, source);
  std::vector<Word> words;
  for (SqlToken token = tokens.next(); token.kind != TokenKind::end; token = tokens.next())
    words.push_back(
        {std::string(token.text),
         token.kind == TokenKind::literal ? std::string() : base::to_upper(token.text)});
  return words;
}

// Reads `NUMBER(10, 2)` or `DOUBLE PRECISION`, up to what says more of the column.
std::string read_type(const std::vector<Word>& words, std::size_t& at) {
  constexpr std::array<std::string_view, 14> kMore{"NOT",
                                                   "NULL",
                                                   "DEFAULT",
                                                   "COMMENT",
                                                   "COLLATE",
                                                   "PRIMARY",
                                                   "UNIQUE",
                                                   "REFERENCES",
                                                   "AUTOINCREMENT",
                                                   "IDENTITY",
                                                   "CONSTRAINT",
                                                   "MASKING",
                                                   "WITH",
                                                   "TAG"};
  std::string type;
  int depth = 0;
  for (; at < words.size(); ++at) {
    const std::string& word = words[at].upper;
    if (depth == 0 && (word == "," || word == ")" || is_one_of(word, kMore))) break;
    if (word == "(") ++depth;
    if (word == ")") --depth;
    const bool spaced = !type.empty() && depth == 0 && word != ")";
    type += (spaced ? " " : "") + word;
  }
  return type;
}

// Up to the comma or parenthesis that ends this item of a list.
void skip_item(const std::vector<Word>& words, std::size_t& at) {
  for (int depth = 0; at < words.size(); ++at) {
    const std::string& word = words[at].upper;
    if (depth == 0 && (word == "," || word == ")")) return;
    if (word == "(") ++depth;
    if (word == ")") --depth;
  }
}

// [COLUMN] c [SET DATA] TYPE x, or [COLUMN] c x where that is allowed.
void read_item(const std::vector<Word>& words,
               std::size_t& at,
               bool bare,
               std::vector<TypedColumn>& out) {
  constexpr std::array<std::string_view, 5> kOther{"COMMENT", "SET", "UNSET", "DROP", "NOT"};
  constexpr std::array<std::string_view, 2> kBefore{"COLUMN", "("};
  while (at < words.size() && is_one_of(words[at].upper, kBefore)) ++at;
  if (at + 1 >= words.size()) return;
  const std::string name = snow::typed_name(words[at].text);
  ++at;
  const bool set = words[at].upper == "SET" && at + 2 < words.size() &&
                   words[at + 1].upper == "DATA" && words[at + 2].upper == "TYPE";
  if (set) at += 2;
  const bool typed = words[at].upper == "TYPE";
  if (typed) ++at;
  if (typed || (bare && !is_one_of(words[at].upper, kOther)))
    out.push_back({name, read_type(words, at)});
  skip_item(words, at);
}

int precision_of(const std::string& type, int otherwise) {
  const std::size_t open = type.find('(');
  if (open == std::string::npos) return otherwise;
  const std::size_t close = type.find(')', open);
  const auto number = base::parse_unsigned(base::trim(type.substr(open + 1, close - open - 1)));
  return number ? static_cast<int>(*number) : otherwise;
}

}  // namespace

std::vector<TypedColumn> retyped_columns(const std::string& statement) {
  const std::vector<Word> words = words_of(statement);
  std::vector<TypedColumn> out;
  std::size_t at = 1;  // behind the first ALTER
  while (at < words.size() && words[at].upper != "ALTER" && words[at].upper != "MODIFY") ++at;
  if (at == words.size()) return out;
  const bool bare = words[at].upper == "MODIFY";
  for (; at < words.size() && (out.empty() || words[at].upper == ",");) {
    ++at;
    read_item(words, at, bare, out);
    if (at < words.size() && words[at].upper != ",") break;
  }
  return out;
}

std::vector<TypedColumn> defined_columns(const std::string& statement) {
  constexpr std::array<std::string_view, 5> kNoColumn{
      "CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK"};
  constexpr std::array<std::string_view, 3> kNoList{"AS", "LIKE", "CLONE"};
  const std::vector<Word> words = words_of(statement);
  std::vector<TypedColumn> out;
  std::size_t at = 0;
  while (at < words.size() && words[at].upper != "(" && !is_one_of(words[at].upper, kNoList)) ++at;
  if (at == words.size() || words[at].upper != "(") return out;
  do {
    ++at;
    if (at + 1 >= words.size()) break;
    if (!is_one_of(words[at].upper, kNoColumn)) {
      const std::string name = snow::typed_name(words[at].text);
      ++at;
      out.push_back({name, read_type(words, at)});
    }
    skip_item(words, at);
  } while (at < words.size() && words[at].upper == ",");
  return out;
}

bool is_narrower(const std::string& after, const std::string& before) {
  constexpr int kFinest = 9;
  const ColumnType now = snow::parse_column_type(after);
  const ColumnType then = snow::parse_column_type(before);
  if (now.family != then.family)
    return now.family != TypeFamily::variant || then.family == TypeFamily::other;
  switch (now.family) {
    case TypeFamily::number:
      return !snow::can_hold(now, then);
    case TypeFamily::text:
    case TypeFamily::binary: {
      const int most = now.family == TypeFamily::text ? 16'777'216 : 8'388'608;
      const auto length = [&](const ColumnType& type) {
        return type.length == 0 ? most : type.length;
      };
      return length(now) < length(then);
    }
    case TypeFamily::time:
    case TypeFamily::timestamp:
    case TypeFamily::timestamp_zone:
      return precision_of(after, kFinest) < precision_of(before, kFinest);
    case TypeFamily::other:
      return base::to_upper(after) != base::to_upper(before);
    default:
      return false;
  }
}

}  // namespace cdckit::snow_ddl
