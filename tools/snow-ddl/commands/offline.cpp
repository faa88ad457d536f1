#include "tools/snow-ddl/commands/offline.hpp"

#include "common/io/file_descriptor.hpp"
#include "common/ndjson/writer.hpp"
#include "tools/snow-ddl/result/json_line.hpp"
#include "tools/snow-ddl/scripts/statement.hpp"

#include <unistd.h>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

std::string finding_line(const Finding& finding) {
  JsonLine line;
  line.text("script", finding.script);
  line.number("line", finding.line);
  line.text("finding", finding.text);
  return line.finish();
}

}  // namespace

std::vector<Finding> findings_of(const Script& script) {
  std::vector<Finding> found;
  const auto add = [&](std::size_t line, const std::string& text) {
    found.push_back({script.path, line, text});
  };
  if (script.statements.empty()) add(1, "there is no statement in it");
  std::size_t begun = 0;  // line of a BEGIN
  for (const SqlStatement& statement : script.statements) {
    const StatementFacts facts = facts_of(statement.text);
    if (facts.upload) add(statement.line, facts.verb + " cannot be run through the SQL API");
    if (facts.begins) begun = statement.line;
    if (facts.ends && begun == 0) add(statement.line, facts.verb + " without BEGIN");
    if (facts.ends) begun = 0;
    if (begun != 0 && facts.ddl)
      add(statement.line, facts.verb + " commits the transaction that was begun");
  }
  if (begun != 0) add(begun, "BEGIN without COMMIT");
  return found;
}

base::ExitCode lint(const ScriptSettings& settings) {
  const std::vector<Script> scripts = load_scripts(settings);
  ndjson::Writer out(STDOUT_FILENO, ndjson::Writer::Flush::every_line);
  bool fine = true;
  const auto tell = [&](const Finding& finding) {
    out.write(finding_line(finding));
    fine = false;
  };
  for (const std::string& twins : find_twins(scripts)) tell({settings.folder, 1, twins});
  for (const Script& script : scripts) {
    for (const Finding& finding : findings_of(script)) tell(finding);
  }
  return fine ? base::ExitCode::done : base::ExitCode::differences;
}

base::ExitCode render_scripts(const ScriptSettings& settings) {
  const std::vector<Script> scripts = load_scripts(settings);
  const Mask mask(settings.variables, secrets_of(scripts));
  for (const Script& script : scripts) {
    std::string text = fmt::format("-- {}\n{}", script.path, mask(script.rendered));
    if (!text.ends_with('\n')) text += '\n';
    io::write_all(STDOUT_FILENO, text, "stdout");
  }
  return base::ExitCode::done;
}

}  // namespace cdckit::snow_ddl
