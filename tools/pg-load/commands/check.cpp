#include "tools/pg-load/commands/check.hpp"

#include "common/cli/check_line.hpp"
#include "tools/pg-load/table/table_setup.hpp"

#include <string>

namespace cdckit::pg_load {
namespace {

using base::ExitCode;

struct Finding {
  bool ok = true;
  std::string detail;
  std::string hint{};
  ExitCode code = ExitCode::done;
};

Finding check_table(const Options& options, Session& session) {
  const TableName name = parse_table_name(options.table);
  const std::optional<TargetTable> target = find_target(session, name, options.key_columns());
  if (!target && options.create) return {.detail = display_name(name) + ": will be created"};
  if (!target)
    return {.ok = false,
            .detail = display_name(name) + " is not there",
            .hint = "Create it, or use --create.",
            .code = ExitCode::unavailable};
  const bool needs_key = options.mode() == Mode::upsert || options.mode() == Mode::sync;
  if (needs_key && target->key.empty()) {
    return {.ok = false,
            .detail = display_name(target->name) + " has no primary key",
            .hint = "Name the columns that identify a row with --key.",
            .code = ExitCode::unavailable};
  }
  return {.detail = display_name(target->name) + ": " + std::to_string(target->columns.size()) +
                    " columns"};
}

Finding check_privilege(const std::string& sql, const std::string& what) {
  return {.ok = sql == "t",
          .detail = what,
          .hint = sql == "t" ? "" : "Ask the owner for a GRANT.",
          .code = sql == "t" ? ExitCode::done : ExitCode::permission};
}

}  // namespace

ExitCode check(const Options& options, Session& session) {
  ExitCode worst = ExitCode::done;
  const auto print = [&](const char* name, const Finding& finding) {
    cli::print_check(name, finding.ok, finding.detail, finding.hint);
    if (!finding.ok && worst == ExitCode::done) worst = finding.code;
  };
  try {
    pg::Connection& connection = session.connection();
    print("connection",
          {.detail = "PostgreSQL " + std::to_string(connection.server_version() / 10000) + " at " +
                     connection.host() + ", database " + connection.database()});
    if (!options.table.empty()) print("table", check_table(options, session));
    print("temporary tables",
          check_privilege(
              connection.query("SELECT has_database_privilege(current_database(), 'TEMP')")
                  .text(0, 0),
              "staging"));
    if (options.mode() == Mode::events) {
      const std::string allowed = connection
                                      .query(
                                          "SELECT to_regclass('cdckit.positions') IS NOT NULL OR "
                                          "has_database_privilege(current_database(), 'CREATE')")
                                      .text(0, 0);
      print("positions", check_privilege(allowed, "table cdckit.positions"));
    }
  } catch (const base::Error& error) {
    print("connection",
          {.ok = false,
           .detail = error.what(),
           .hint = std::string(error.hint()),
           .code = base::exit_code_for(error.kind())});
  }
  return worst;
}

}  // namespace cdckit::pg_load
