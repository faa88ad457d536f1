#include "tools/snow-ddl/run/trial.hpp"

#include "common/base/text.hpp"
#include "tools/snow-ddl/result/result_text.hpp"
#include "tools/snow-ddl/result/statement_report.hpp"
#include "tools/snow-ddl/run/failure.hpp"
#include "tools/snow-ddl/run/session.hpp"
#include "tools/snow-ddl/run/units.hpp"
#include "tools/snow-ddl/scripts/sql_token.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

template <std::size_t Count>
bool is_one_of(std::string_view word, const std::array<std::string_view, Count>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// ON DATABASE d, TO ROLE r: of the account; ON TABLE t is of the clone.
bool grants_on_account(const std::string& statement) {
  constexpr std::array<std::string_view, 8> kOfAccount{
      "ACCOUNT", "DATABASE", "WAREHOUSE", "INTEGRATION", "USER", "MONITOR", "POOL", "VOLUME"};
  const std::string source = "statement";
  SqlTokens tokens(statement, source);
  for (SqlToken token = tokens.next(); token.kind != TokenKind::end; token = tokens.next()) {
    const std::string word = base::to_upper(token.text);
    if (word == "ON") {
      std::string on = base::to_upper(tokens.next().text);
      if (on == "RESOURCE" || on == "COMPUTE" || on == "EXTERNAL")
        on = base::to_upper(tokens.next().text);
      return is_one_of(on, kOfAccount);
    }
    if (word == "TO" || word == "FROM") return true;  // GRANT ROLE a TO ROLE b
  }
  return false;
}

// It would change the account itself, of which there is no copy.
bool is_of_account(const StatementFacts& facts, const std::string& statement) {
  constexpr std::array<std::string_view, 12> kKinds{"ROLE",
                                                    "USER",
                                                    "WAREHOUSE",
                                                    "DATABASE",
                                                    "ACCOUNT",
                                                    "SHARE",
                                                    "NETWORK",
                                                    "NETWORK POLICY",
                                                    "RESOURCE MONITOR",
                                                    "CONNECTION",
                                                    "EXTERNAL VOLUME",
                                                    "COMPUTE"};
  if (facts.verb == "GRANT" || facts.verb == "REVOKE") return grants_on_account(statement);
  if (!facts.ddl) return false;
  return is_one_of(facts.kind, kKinds) || facts.kind.ends_with("INTEGRATION");
}

class Trial {
 public:
  using Print = std::function<void(const std::string& line)>;
  Trial(const Script& script, const Execute& execute, const Print& print)
      : script_(script),
        key_(script.key()),
        units_(script.statements),
        session_(fmt::format("snow-ddl {};{}", CDCKIT_VERSION, key_)),
        execute_(execute),
        print_(print) {}

  bool run(const std::string& database, std::vector<std::string>& absent) {
    session_.use_database(database);
    choose(absent);
    for (const Unit& unit : units_.all()) {
      const bool kept = unit.noted || (units_.facts(unit.first).session && unit.first == unit.last);
      if (!kept && !run_unit(unit)) return false;
      for (std::size_t i = unit.first; i <= unit.last; ++i) {
        if (left_out_.contains(i)) {
          tell(i, "left out", "it would change the account, not the clone");
          continue;
        }
        session_.follow(script_.statements, i, i + 1);
        tell(i, "ok", "");
      }
    }
    return true;
  }

 private:
  // What is of the account, and what names something that is not there because of that.
  void choose(std::vector<std::string>& absent) {
    for (std::size_t i = 0; i < script_.statements.size(); ++i) {
      const std::string& text = script_.statements[i].text;
      const StatementFacts& facts = units_.facts(i);
      const bool leans = facts.verb == "GRANT" || facts.verb == "REVOKE" || facts.verb == "USE";
      const bool on_absent =
          leans && std::any_of(absent.begin(), absent.end(), [&](const std::string& name) {
            return mentions_name(text, name);
          });
      if (!on_absent && !is_of_account(facts, text)) continue;
      left_out_.insert(i);
      if (facts.verb == "CREATE" && !facts.name.empty()) absent.push_back(facts.name.back());
    }
  }

  bool run_unit(const Unit& unit) {
    RequestPlan plan = units_.request(
        unit, unit.first, [](std::size_t, std::size_t) { return std::vector<std::string>(); });
    std::erase_if(plan.parts,
                  [&](const RequestPart& part) { return left_out_.contains(part.statement); });
    if (plan.parts.empty()) return true;
    std::string text;
    for (const RequestPart& part : plan.parts) text += (text.empty() ? "" : ";\n") + part.text;
    try {
      (void)execute_(session_.request(std::move(text), static_cast<unsigned>(plan.parts.size())));
    } catch (const snow::SqlError& error) {
      if (error.kind() == base::ErrorKind::temporary) throw;
      const Failure failure = failure_of(plan, unit.first, error);
      tell(failure.statement, "failed", failure.message);
      return false;
    }
    return true;
  }

  void tell(std::size_t statement, std::string_view status, const std::string& message) const {
    StatementReport report;
    report.script = key_;
    report.statement = statement + 1;
    report.line = script_.statements.at(statement).line;
    report.status = status;
    report.message = message;
    print_(statement_line(report));
  }

  const Script& script_;
  std::string key_;
  Units units_;
  Session session_;
  const Execute& execute_;
  const Print& print_;
  std::set<std::size_t> left_out_;  // statements
};

}  // namespace

bool try_script(const Script& script,
                const std::string& database,
                std::vector<std::string>& absent,
                const Execute& execute,
                const std::function<void(const std::string& line)>& print) {
  return Trial(script, execute, print).run(database, absent);
}

bool names_database(const Script& script, const std::string& database) {
  return std::any_of(
      script.statements.begin(), script.statements.end(), [&](const SqlStatement& statement) {
        return mentions_name(statement.text, database);
      });
}

std::string other_database(const Script& script) {
  for (const SqlStatement& statement : script.statements) {
    const StatementFacts facts = facts_of(statement.text);
    const bool changes = facts.dml || facts.ddl || facts.verb == "TRUNCATE" || facts.verb == "COPY";
    const std::size_t whole = facts.kind == "SCHEMA" ? 2 : 3;
    if (changes && facts.name.size() == whole) return facts.name.front();
    Session session("");
    if (session.note(statement.text) && !session.request("", 1).database.empty())
      return session.request("", 1).database;
  }
  return {};
}

}  // namespace cdckit::snow_ddl
