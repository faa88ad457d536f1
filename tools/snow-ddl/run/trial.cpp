#include "tools/snow-ddl/run/trial.hpp"

#include "tools/snow-ddl/result/result_text.hpp"
#include "tools/snow-ddl/result/statement_report.hpp"
#include "tools/snow-ddl/run/failure.hpp"
#include "tools/snow-ddl/run/session.hpp"
#include "tools/snow-ddl/run/units.hpp"
#include "tools/snow-ddl/scripts/sql_token.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

class Trial {
 public:
  Trial(const Script& script, const Execute& execute)
      : script_(script),
        key_(script.key()),
        units_(script.statements),
        session_(fmt::format("snow-ddl {};{}", CDCKIT_VERSION, key_)),
        execute_(execute) {}

  bool run(const std::string& database, const std::function<void(const std::string& line)>& print) {
    session_.use_database(database);
    for (const Unit& unit : units_.all()) {
      const StatementFacts& facts = units_.facts(unit.first);
      const bool said_later = facts.session && unit.first == unit.last;
      if (unit.noted) session_.note(script_.statements[unit.first].text);
      if (!unit.noted && !said_later && !run_unit(unit, print)) return false;
      if (unit.noted || said_later) tell(unit.first, "ok", "", print);
    }
    return true;
  }

 private:
  bool run_unit(const Unit& unit, const std::function<void(const std::string& line)>& print) {
    const RequestPlan plan = units_.request(
        unit, unit.first, [](std::size_t, std::size_t) { return std::vector<std::string>(); });
    std::string text;
    for (const RequestPart& part : plan.parts) text += (text.empty() ? "" : ";\n") + part.text;
    try {
      (void)execute_(session_.request(std::move(text), static_cast<unsigned>(plan.parts.size())));
    } catch (const snow::SqlError& error) {
      if (error.kind() == base::ErrorKind::temporary) throw;
      const Failure failure = failure_of(plan, unit.first, error);
      tell(failure.statement, "failed", failure.message, print);
      return false;
    }
    for (std::size_t i = unit.first; i <= unit.last; ++i) tell(i, "ok", "", print);
    return true;
  }

  void tell(std::size_t statement,
            std::string_view status,
            const std::string& message,
            const std::function<void(const std::string& line)>& print) const {
    StatementReport report;
    report.script = key_;
    report.statement = statement + 1;
    report.line = script_.statements.at(statement).line;
    report.status = status;
    report.message = message;
    print(statement_line(report));
  }

  const Script& script_;
  std::string key_;
  Units units_;
  Session session_;
  const Execute& execute_;
};

}  // namespace

bool try_script(const Script& script,
                const std::string& database,
                const Execute& execute,
                const std::function<void(const std::string& line)>& print) {
  return Trial(script, execute).run(database, print);
}

bool names_database(const Script& script, const std::string& database) {
  return std::any_of(
      script.statements.begin(), script.statements.end(), [&](const SqlStatement& statement) {
        return mentions_name(statement.text, database);
      });
}

}  // namespace cdckit::snow_ddl
