#include "tools/snow-ddl/commands/query.hpp"

#include "common/base/error.hpp"
#include "common/log/progress.hpp"
#include "common/ndjson/writer.hpp"
#include "tools/snow-ddl/result/json_line.hpp"
#include "tools/snow-ddl/result/result_text.hpp"
#include "tools/snow-ddl/run/session.hpp"
#include "tools/snow-ddl/run/units.hpp"
#include "tools/snow-ddl/scripts/split.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <unistd.h>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

using base::ErrorKind;

class Rows {
 public:
  explicit Rows(cli::Context& context)
      : progress_(log::own_progress()),
        printed_(context.metrics().counter("snow_ddl_rows_total", "Rows that query printed.")) {}

  void print(const snow::StatementResult& part) {
    for (std::size_t row = 0; row < part.rows.size(); ++row) {
      line_.clear();
      text_.append_row(line_, part, row);
      out_.write(line_);
    }
    out_.flush();
    printed_.add(static_cast<double>(part.rows.size()));
    progress_.tell({.rows = static_cast<std::uint64_t>(printed_.value())});
  }

 private:
  ndjson::Writer out_{STDOUT_FILENO, ndjson::Writer::Flush::when_full};
  ResultText text_;
  std::string line_;
  log::Progress& progress_;
  metrics::Counter& printed_;
};

// True when statements have to share one session.
bool needs_session(const std::vector<SqlStatement>& statements, const Units& units) {
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const StatementFacts& facts = units.facts(i);
    if (facts.begins || facts.temporary || units.leans(i) ||
        (facts.session && !Session::is_noted(statements[i].text)))
      return true;
  }
  return false;
}

void run_together(Server& server, const std::vector<SqlStatement>& statements, Rows& rows) {
  Session session("snow-ddl " CDCKIT_VERSION);
  std::string text;
  for (const SqlStatement& statement : statements)
    text += (text.empty() ? "" : ";\n") + statement.text;
  const auto result =
      server.execute()(session.request(std::move(text), static_cast<unsigned>(statements.size())));
  for (const std::string& handle : result.handles) rows.print(server.fetch()(handle));
}

void run_each(Server& server, const std::vector<SqlStatement>& statements, Rows& rows) {
  Session session("snow-ddl " CDCKIT_VERSION);
  for (const SqlStatement& statement : statements) {
    if (session.note(statement.text)) continue;
    server.run(session.request(statement.text, 1),
               [&](const snow::StatementResult& part) { rows.print(part); });
  }
}

// The statements of the command line; none for --result. Throws usage.
std::vector<SqlStatement> statements_of(const QueryFlags& flags) {
  if (!flags.result.empty()) {
    if (!flags.sql.empty() || flags.async || !flags.bindings.empty())
      throw base::Error(ErrorKind::usage, "could not use --result together with a statement");
    return {};
  }
  std::vector<SqlStatement> statements = split_statements(flags.sql, "SQL");
  if (statements.empty())
    throw base::Error(ErrorKind::usage, "could not run SQL: there is no statement in it");
  if (statements.size() > 1 && (flags.async || !flags.bindings.empty()))
    throw base::Error(ErrorKind::usage,
                      fmt::format("could not use {} with several statements",
                                  flags.async ? "--async" : "--bind"));
  return statements;
}

void run_one(Server& server, const std::string& text, const QueryFlags& flags, Rows& rows) {
  snow::Statement statement = Session("snow-ddl " CDCKIT_VERSION).request(text, 1);
  statement.bindings = flags.bindings;
  if (!flags.async) {
    server.run(statement, [&](const snow::StatementResult& part) { rows.print(part); });
    return;
  }
  ndjson::Writer out(STDOUT_FILENO, ndjson::Writer::Flush::every_line);
  JsonLine line;
  line.text("handle", server.start(statement));
  out.write(line.finish());
}

void run_query(Server& server,
               const std::vector<SqlStatement>& statements,
               const QueryFlags& flags,
               cli::Context& context) {
  Rows rows(context);
  if (statements.empty()) {
    server.result(flags.result, [&](const snow::StatementResult& part) { rows.print(part); });
  } else if (flags.async || !flags.bindings.empty()) {
    run_one(server, statements.front().text, flags, rows);
  } else if (statements.size() > 1 && needs_session(statements, Units(statements))) {
    run_together(server, statements, rows);
  } else {
    run_each(server, statements, rows);
  }
}

}  // namespace

snow::Binding parse_binding(const std::string& text) {
  constexpr std::array<std::string_view, 11> kTypes{"FIXED",
                                                    "REAL",
                                                    "DECFLOAT",
                                                    "TEXT",
                                                    "BOOLEAN",
                                                    "BINARY",
                                                    "DATE",
                                                    "TIME",
                                                    "TIMESTAMP_NTZ",
                                                    "TIMESTAMP_LTZ",
                                                    "TIMESTAMP_TZ"};
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return {"TEXT", text};
  const std::string type = text.substr(0, colon);
  if (type == "NULL") {
    if (colon + 1 != text.size())
      throw std::invalid_argument(fmt::format("\"{}\" is no NULL: it has a value", text));
    return {"TEXT", std::nullopt};
  }
  if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) return {"TEXT", text};
  return {type, text.substr(colon + 1)};
}

base::ExitCode query(const ServerSettings& settings,
                     const QueryFlags& flags,
                     cli::Context& context) {
  const std::vector<SqlStatement> statements = statements_of(flags);
  Server server(settings, context.stop(), Mask());
  try {
    run_query(server, statements, flags, context);
  } catch (const snow::SqlError& error) {
    const bool own = error.kind() == ErrorKind::permission || error.kind() == ErrorKind::temporary;
    throw base::Error(
        own ? error.kind() : ErrorKind::unavailable, error.what(), std::string(error.hint()));
  }
  return base::ExitCode::done;
}

}  // namespace cdckit::snow_ddl
