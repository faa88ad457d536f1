#include "tools/snow-ddl/scripts/statement.hpp"

#include "common/base/text.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-ddl/scripts/sql_token.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace cdckit::snow_ddl {
namespace {

template <std::size_t Count>
bool is_one_of(std::string_view word, const std::array<std::string_view, Count>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Words between CREATE and the kind of the object.
constexpr std::array<std::string_view, 14> kAdjectives{"OR",
                                                       "REPLACE",
                                                       "ALTER",
                                                       "SECURE",
                                                       "TEMPORARY",
                                                       "TEMP",
                                                       "VOLATILE",
                                                       "LOCAL",
                                                       "GLOBAL",
                                                       "TRANSIENT",
                                                       "RECURSIVE",
                                                       "AGGREGATE",
                                                       "HYBRID",
                                                       "ICEBERG"};
// Kinds of two words and more.
constexpr std::array<std::string_view, 18> kFirstOfTwo{"FILE",
                                                       "MASKING",
                                                       "ROW",
                                                       "ACCESS",
                                                       "DYNAMIC",
                                                       "EXTERNAL",
                                                       "EVENT",
                                                       "MATERIALIZED",
                                                       "RESOURCE",
                                                       "NETWORK",
                                                       "SECURITY",
                                                       "STORAGE",
                                                       "API",
                                                       "SESSION",
                                                       "PASSWORD",
                                                       "NOTIFICATION",
                                                       "DATABASE",
                                                       "CORTEX"};
constexpr std::array<std::string_view, 12> kSecondWords{"FORMAT",
                                                        "POLICY",
                                                        "TABLE",
                                                        "VIEW",
                                                        "MONITOR",
                                                        "RULE",
                                                        "INTEGRATION",
                                                        "ROLE",
                                                        "VOLUME",
                                                        "FUNCTION",
                                                        "SEARCH",
                                                        "ACCESS"};

class Reader {
 public:
  explicit Reader(const std::string& text) : tokens_(text, source_) { advance(); }

  [[nodiscard]] const std::string& word() const { return word_; }
  [[nodiscard]] const SqlToken& token() const { return token_; }
  [[nodiscard]] bool done() const { return token_.kind == TokenKind::end; }
  void advance() {
    token_ = tokens_.next();
    word_ = token_.kind == TokenKind::word ? base::to_upper(token_.text) : std::string();
  }
  bool take(std::string_view wanted) {
    if (word_ != wanted) return false;
    advance();
    return true;
  }
  // A name of one to three parts.
  std::vector<std::string> name() {
    std::vector<std::string> parts;
    while (token_.kind == TokenKind::word || token_.text.starts_with('"')) {
      parts.push_back(snow::typed_name(token_.text));
      advance();
      if (token_.text != ".") break;
      advance();
      if (token_.text == ".") {  // DB..T
        parts.emplace_back("PUBLIC");
        advance();
      }
    }
    return parts;
  }

 private:
  const std::string source_ = "statement";
  SqlTokens tokens_;
  SqlToken token_;
  std::string word_;
};

void read_kind(Reader& reader, StatementFacts& facts) {
  facts.kind = reader.word();
  const bool two = is_one_of(facts.kind, kFirstOfTwo);
  reader.advance();
  while (two && is_one_of(reader.word(), kSecondWords)) {
    facts.kind += ' ' + reader.word();
    reader.advance();
  }
}

// Types without the names of the arguments: (a NUMBER(3), b VARCHAR) -> (NUMBER(3), VARCHAR)
std::string read_arguments(Reader& reader) {
  std::string out;
  if (reader.token().text != "(") return out;
  int depth = 0;
  bool named = false;  // the argument's name was passed
  do {
    const SqlToken token = reader.token();
    if (token.text == "(") ++depth;
    if (token.text == ")") --depth;
    if (token.text == "," && depth == 1) {
      out += ", ";
      named = false;
    } else if (depth == 1 && token.kind == TokenKind::word && !named) {
      named = true;
    } else if (reader.word() == "DEFAULT" && depth == 1) {
      while (!reader.done() && reader.token().text != "," && reader.token().text != ")")
        reader.advance();
      continue;
    } else {
      out += base::to_upper(token.text);
    }
    reader.advance();
  } while (depth > 0 && !reader.done());
  return out;
}

void read_object(Reader& reader, StatementFacts& facts) {
  while (is_one_of(reader.word(), kAdjectives)) {
    if (reader.word() == "REPLACE") facts.replaces = true;
    if (reader.word() == "TEMPORARY" || reader.word() == "TEMP" || reader.word() == "VOLATILE")
      facts.temporary = true;
    reader.advance();
  }
  read_kind(reader, facts);
  if (reader.take("IF")) {
    facts.if_not_exists = reader.take("NOT");
    reader.take("EXISTS");
  }
  facts.name = reader.name();
  if (facts.kind == "FUNCTION" || facts.kind == "PROCEDURE" || facts.kind == "EXTERNAL FUNCTION")
    facts.arguments = read_arguments(reader);
  if (facts.verb == "ALTER" && reader.take("RENAME") && reader.take("TO"))
    facts.renamed = reader.name();
}

// A value that is the same whenever it is said.
bool is_constant(const SqlToken& token) {
  constexpr std::array<std::string_view, 3> kWords{"TRUE", "FALSE", "NULL"};
  constexpr std::array<std::string_view, 3> kSigns{"-", "+", "."};
  if (token.kind == TokenKind::symbol) return is_one_of(token.text, kSigns);
  if (token.kind == TokenKind::literal) return !token.text.starts_with('"');
  const bool number = std::isdigit(static_cast<unsigned char>(token.text.front())) != 0;
  return number || is_one_of(base::to_upper(token.text), kWords);
}

// NAME = VALUE; everything else counts as computed.
void read_set(Reader& reader, StatementFacts& facts) {
  reader.advance();
  facts.computed = reader.token().text != "=";
  for (reader.advance(); !reader.done(); reader.advance())
    facts.computed = facts.computed || !is_constant(reader.token());
}

void read_dml(Reader& reader, StatementFacts& facts) {
  facts.dml = true;
  reader.take("OVERWRITE");
  reader.take("INTO");
  reader.take("FROM");
  facts.name = reader.name();
}

}  // namespace

StatementFacts facts_of(const std::string& statement) {
  constexpr std::array<std::string_view, 6> kObjectVerbs{
      "CREATE", "ALTER", "DROP", "UNDROP", "TRUNCATE", "COMMENT"};
  constexpr std::array<std::string_view, 4> kTransaction{"", "TRANSACTION", "WORK", "NAME"};
  Reader reader(statement);
  StatementFacts facts;
  facts.verb = reader.word();
  reader.advance();
  const std::string& verb = facts.verb;
  if (verb == "USE" || verb == "SET" || verb == "UNSET") {
    facts.session = true;
    if (verb == "USE") facts.kind = reader.word();
    if (verb == "SET") read_set(reader, facts);
  } else if (verb == "ALTER" && reader.word() == "SESSION") {
    facts.session = true;
  } else if (verb == "BEGIN" || verb == "START") {
    facts.begins =
        is_one_of(reader.word(), kTransaction) && reader.token().kind != TokenKind::literal;
  } else if (verb == "COMMIT" || verb == "ROLLBACK") {
    facts.ends = true;
  } else if (verb == "INSERT" || verb == "UPDATE" || verb == "DELETE" || verb == "MERGE") {
    read_dml(reader, facts);
  } else if (verb == "COPY") {
    reader.take("INTO");
    facts.name = reader.name();
  } else if (verb == "TRUNCATE" && reader.word() != "TABLE") {
    facts.kind = "TABLE";
    reader.take("IF");
    reader.take("EXISTS");
    facts.name = reader.name();
  } else if (is_one_of(verb, kObjectVerbs)) {
    read_object(reader, facts);
  }
  constexpr std::array<std::string_view, 7> kCommitting{
      "CREATE", "ALTER", "DROP", "UNDROP", "COMMENT", "GRANT", "REVOKE"};
  facts.ddl = is_one_of(verb, kCommitting) && !facts.session;
  facts.upload = verb == "PUT" || verb == "GET";
  return facts;
}

std::string joined_name(const std::vector<std::string>& name) {
  std::string out;
  for (const std::string& part : name) out += (out.empty() ? "" : ".") + snow::sql_name(part);
  return out;
}

}  // namespace cdckit::snow_ddl
