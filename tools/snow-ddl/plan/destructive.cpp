#include "tools/snow-ddl/plan/destructive.hpp"

#include "common/base/text.hpp"
#include "tools/snow-ddl/scripts/split.hpp"
#include "tools/snow-ddl/scripts/sql_token.hpp"
#include "tools/snow-ddl/scripts/statement.hpp"

#include <algorithm>
#include <array>

namespace cdckit::snow_ddl {
namespace {

template <std::size_t Count>
bool is_one_of(std::string_view word, const std::array<std::string_view, Count>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Upper case; literals as they are.
std::vector<std::string> words_of(const std::string& text) {
  const std::string source = "statement";
  SqlTokens tokens(text, source);
  std::vector<std::string> words;
  for (SqlToken token = tokens.next(); token.kind != TokenKind::end; token = tokens.next())
    words.push_back(token.kind == TokenKind::literal ? std::string(token.text)
                                                     : base::to_upper(token.text));
  return words;
}

std::string text_of_literal(const std::string& literal) {
  if (literal.starts_with("$$")) return literal.substr(2, literal.size() - 4);
  if (!literal.starts_with('\'')) return {};
  std::string out;
  for (std::size_t i = 1; i + 1 < literal.size(); ++i) {
    if ((literal[i] == '\'' || literal[i] == '\\') && i + 2 < literal.size()) ++i;
    out += literal[i];
  }
  return out;
}

std::string shown_name(const StatementFacts& facts) {
  std::string out;
  for (const std::string& part : facts.name) out += (out.empty() ? "" : ".") + part;
  return facts.kind + " " + out;
}

bool holds(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// ALTER TABLE .. DROP COLUMN c, but not DROP NOT NULL, DROP CONSTRAINT ..
bool drops_column(const std::vector<std::string>& words) {
  constexpr std::array<std::string_view, 14> kHarmless{"NOT",
                                                       "DEFAULT",
                                                       "CONSTRAINT",
                                                       "PRIMARY",
                                                       "UNIQUE",
                                                       "FOREIGN",
                                                       "CLUSTERING",
                                                       "SEARCH",
                                                       "ROW",
                                                       "AGGREGATION",
                                                       "MASKING",
                                                       "PROJECTION",
                                                       "ALL",
                                                       "STORAGE"};
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == "DROP" && !is_one_of(words[i + 1], kHarmless)) return true;
  }
  return false;
}

// WHERE TRUE and WHERE 1 = 1 are none.
bool has_condition(const std::vector<std::string>& words) {
  const auto where = std::find(words.begin(), words.end(), "WHERE");
  if (where == words.end()) return false;
  const std::vector<std::string> rest(where + 1, words.end());
  return rest != std::vector<std::string>{"TRUE"} &&
         rest != std::vector<std::string>{"1", "=", "1"};
}

using Destructions = std::vector<Destruction>;

Destructions alters(const std::string& statement,
                    const std::vector<std::string>& words,
                    const StatementFacts& facts) {
  if (facts.kind.find("TABLE") == std::string::npos) return {};
  if (drops_column(words)) return {{.why = "drops a column of " + shown_name(facts)}};
  std::vector<TypedColumn> retyped = retyped_columns(statement);
  if (retyped.empty()) return {};
  return {{.why = "may narrow a column of " + shown_name(facts),
           .replaced = facts.name,
           .replaced_kind = facts.kind,
           .retyped = std::move(retyped),
           .keeps_rows = true}};
}

Destructions judge_one(const std::string& statement);

void append(Destructions& all, Destructions more) {
  for (Destruction& found : more) all.push_back(std::move(found));
}

// A block, or what EXECUTE IMMEDIATE is given: its statements one by one.
Destructions judge_inside(const std::string& text) {
  std::vector<SqlStatement> statements;
  try {
    statements = split_statements(text, "text");
  } catch (const std::exception&) {
    return {};
  }
  Destructions all;
  for (const SqlStatement& statement : statements) append(all, judge_one(statement.text));
  return all;
}

Destructions executes(const std::vector<std::string>& words) {
  Destructions all;
  for (const std::string& word : words) {
    const std::string text = text_of_literal(word);
    if (!text.empty()) append(all, judge_inside(text));
  }
  return all;
}

// EXECUTE IMMEDIATE of a variable: any text of the block may be in it.
bool executes_variable(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i + 2 < words.size(); ++i) {
    const bool immediate = words[i] == "EXECUTE" && words[i + 1] == "IMMEDIATE";
    if (immediate && !words[i + 2].starts_with('\'') && !words[i + 2].starts_with("$$"))
      return true;
  }
  return false;
}

// Where a statement begins inside of a block.
Destructions judge_block(const std::string& statement) {
  constexpr std::array<std::string_view, 9> kBorders{
      ";", "THEN", "ELSE", "DO", "LOOP", "BEGIN", "REPEAT", "DECLARE", "("};
  const std::string source = "statement";
  SqlTokens tokens(statement, source);
  std::string before = ";";
  std::size_t begin = std::string::npos;
  const std::vector<std::string> words = words_of(statement);
  Destructions all;
  if (executes_variable(words)) all = executes(words);
  for (SqlToken token = tokens.next();; token = tokens.next()) {
    const bool ends = token.kind == TokenKind::end || token.text == ";";
    const std::string word =
        token.kind == TokenKind::word ? base::to_upper(token.text) : std::string(token.text);
    if (ends && begin != std::string::npos) {
      append(all, judge_one(statement.substr(begin, token.offset - begin)));
      begin = std::string::npos;
    }
    if (token.kind == TokenKind::end) return all;
    constexpr std::array<std::string_view, 9> kVerbs{
        "DROP", "TRUNCATE", "DELETE", "ALTER", "CREATE", "EXECUTE", "INSERT", "REMOVE", "RM"};
    if (begin == std::string::npos && is_one_of(before, kBorders) && is_one_of(word, kVerbs))
      begin = token.offset;
    before = word;
  }
}

bool may_alter(const std::vector<std::string>& words) {
  return words.size() > 2 && words[1] == "OR" && words[2] == "ALTER";
}

// CREATE OR REPLACE begins anew; CREATE OR ALTER drops what it leaves out and changes types.
Destructions creates(const std::string& statement, const StatementFacts& facts) {
  constexpr std::array<std::string_view, 6> kWithData{
      "TABLE", "EVENT TABLE", "DATABASE", "SCHEMA", "STAGE", "STREAM"};
  if (!is_one_of(facts.kind, kWithData)) return {};
  if (facts.replaces)
    return {{.why = "replaces " + shown_name(facts),
             .replaced = facts.name,
             .replaced_kind = facts.kind,
             .statement = statement}};
  if (facts.kind != "TABLE" || !may_alter(words_of(statement))) return {};
  return {{.why = "may drop or narrow columns of " + shown_name(facts),
           .replaced = facts.name,
           .replaced_kind = facts.kind,
           .statement = statement,
           .retyped = defined_columns(statement),
           .keeps_rows = true}};
}

Destructions judge_one(const std::string& statement) {
  const StatementFacts facts = facts_of(statement);
  const std::string& verb = facts.verb;
  if (verb == "DROP") return {{.why = "drops " + shown_name(facts)}};
  if (verb == "TRUNCATE") return {{.why = "empties " + shown_name(facts)}};
  if (verb == "REMOVE" || verb == "RM") return {{.why = "removes files of a stage"}};
  if (verb == "CREATE") return creates(statement, facts);
  if (verb == "SET") return executes(words_of(statement));  // for EXECUTE IMMEDIATE $name
  const bool block = (verb == "BEGIN" && !facts.begins) || verb == "DECLARE";
  if (block) return judge_block(statement);
  if (verb != "ALTER" && verb != "DELETE" && verb != "INSERT" && verb != "EXECUTE") return {};
  const std::vector<std::string> words = words_of(statement);
  if (verb == "EXECUTE" && words.size() > 1 && words[1] == "IMMEDIATE") return executes(words);
  if (verb == "ALTER") return alters(statement, words, facts);
  if (verb == "DELETE" && words.size() > 1 && words[1] == "FROM" && !has_condition(words) &&
      !holds(words, "USING"))
    return {{.why = "deletes all rows of " + joined_name(facts.name)}};
  if (verb == "INSERT" && words.size() > 1 && words[1] == "OVERWRITE")
    return {{.why = "overwrites " + joined_name(facts.name)}};
  return {};
}

}  // namespace

std::vector<Destruction> find_destructions(const std::string& statement) {
  return judge_one(statement);
}

}  // namespace cdckit::snow_ddl
