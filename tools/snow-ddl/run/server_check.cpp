#include "tools/snow-ddl/run/server_check.hpp"

#include "common/base/text.hpp"
#include "tools/snow-ddl/run/session.hpp"
#include "tools/snow-ddl/scripts/sql_token.hpp"
#include "tools/snow-ddl/scripts/statement.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace cdckit::snow_ddl {
namespace {

template <std::size_t Count>
bool is_one_of(std::string_view word, const std::array<std::string_view, Count>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The query of CREATE .. AS SELECT; empty: there is none.
std::string query_of(const std::string& statement) {
  const std::string source = "statement";
  SqlTokens tokens(statement, source);
  int depth = 0;
  bool behind_as = false;
  for (SqlToken token = tokens.next(); token.kind != TokenKind::end; token = tokens.next()) {
    const std::string word =
        token.kind == TokenKind::literal ? std::string() : base::to_upper(token.text);
    if (behind_as && (word == "SELECT" || word == "WITH" || word == "("))
      return statement.substr(token.offset);
    if (word == "(") ++depth;
    if (word == ")") --depth;
    behind_as = depth == 0 && word == "AS";
  }
  return {};
}

bool is_guarded(const std::string& statement) {
  const std::string source = "statement";
  SqlTokens tokens(statement, source);
  for (int i = 0; i < 6; ++i) {
    if (base::to_upper(tokens.next().text) == "IF") return true;
  }
  return false;
}

class Checker {
 public:
  Checker(const Execute& execute, ServerChecks& checks) : execute_(execute), checks_(checks) {}

  void check(const Script& script) {
    Session session("snow-ddl " CDCKIT_VERSION ";check");
    bool set = false;
    for (std::size_t i = 0; i < script.statements.size(); ++i) {
      const std::string& text = script.statements[i].text;
      const StatementFacts facts = facts_of(text);
      const bool noted = session.note(text);
      set = set || (facts.session && !noted);
      const std::string asking = set ? std::string() : asking_text(text);
      if (!asking.empty() && !leans_on_plan(text, session)) ask(script, i, session, asking);
      remember(facts, text);
    }
  }

 private:
  [[nodiscard]] bool leans_on_plan(const std::string& text, const Session& session) const {
    const snow::Statement place = session.request("", 1);
    return made_anything_ || std::any_of(made_.begin(), made_.end(), [&](const std::string& name) {
             return name == place.schema || name == place.database || name == place.role ||
                    mentions_name(text, name);
           });
  }

  // What later statements may find otherwise than it is now.
  void remember(const StatementFacts& facts, const std::string& text) {
    const std::string& verb = facts.verb;
    if (verb == "CREATE" || verb == "ALTER" || verb == "DROP" || verb == "UNDROP") {
      if (!facts.name.empty()) made_.insert(facts.name.back());
      if (verb == "ALTER") remember_new_name(text);
    }
    const bool block = (verb == "BEGIN" && !facts.begins) || verb == "DECLARE";
    if (block || verb == "EXECUTE" || verb == "CALL") made_anything_ = true;
  }

  // ALTER .. RENAME TO n, SWAP WITH n
  void remember_new_name(const std::string& text) {
    const std::string source = "statement";
    SqlTokens tokens(text, source);
    std::string before;
    for (SqlToken token = tokens.next(); token.kind != TokenKind::end; token = tokens.next()) {
      const std::string word = base::to_upper(token.text);
      if ((before == "TO" || before == "WITH") && token.kind != TokenKind::symbol)
        made_.insert(stored(token));
      before = word;
    }
  }

  static std::string stored(const SqlToken& token) {
    return token.kind == TokenKind::literal
               ? std::string(token.text.substr(1, token.text.size() - 2))
               : base::to_upper(token.text);
  }

  void ask(const Script& script,
           std::size_t statement,
           const Session& session,
           const std::string& asking) {
    try {
      (void)execute_(session.request(asking, 1));
      checks_[&script][statement];
    } catch (const snow::SqlError& error) {
      constexpr std::string_view kUnsupported = "000002";
      if (error.kind() == base::ErrorKind::temporary) throw;
      if (error.code() != kUnsupported) checks_[&script][statement] = error.what();
    }
  }

  const Execute& execute_;
  ServerChecks& checks_;
  std::set<std::string> made_;  // stored names that the plan makes, changes or drops
  bool made_anything_ = false;  // a block did who knows what
};

}  // namespace

std::string asking_text(const std::string& statement) {
  constexpr std::array<std::string_view, 6> kExplained{
      "SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE"};
  constexpr std::array<std::string_view, 4> kWithQuery{
      "TABLE", "VIEW", "DYNAMIC TABLE", "MATERIALIZED VIEW"};
  constexpr std::array<std::string_view, 12> kDescribed{"TABLE",
                                                        "VIEW",
                                                        "DYNAMIC TABLE",
                                                        "STAGE",
                                                        "STREAM",
                                                        "TASK",
                                                        "PIPE",
                                                        "SEQUENCE",
                                                        "FILE FORMAT",
                                                        "ALERT",
                                                        "SCHEMA",
                                                        "DATABASE"};
  const StatementFacts facts = facts_of(statement);
  if (is_one_of(facts.verb, kExplained)) return "EXPLAIN USING TEXT " + statement;
  if (facts.verb == "CREATE" && is_one_of(facts.kind, kWithQuery)) {
    const std::string query = query_of(statement);
    return query.empty() ? query : "EXPLAIN USING TEXT " + query;
  }
  const bool changes = facts.verb == "ALTER" || facts.verb == "DROP" || facts.verb == "TRUNCATE";
  if (!changes || facts.name.empty() || is_guarded(statement) || !is_one_of(facts.kind, kDescribed))
    return {};
  return "DESCRIBE " + facts.kind + " " + joined_name(facts.name);
}

ServerChecks check_on_server(const std::vector<PlannedScript>& plan, const Execute& execute) {
  ServerChecks checks;
  Checker checker(execute, checks);
  for (const PlannedScript& planned : plan) {
    if (planned.script != nullptr && planned.to_run()) checker.check(*planned.script);
  }
  return checks;
}

bool has_problem(const ServerChecks& checks) {
  return std::any_of(checks.begin(), checks.end(), [](const auto& script) {
    return std::any_of(script.second.begin(), script.second.end(), [](const auto& statement) {
      return !statement.second.empty();
    });
  });
}

}  // namespace cdckit::snow_ddl
