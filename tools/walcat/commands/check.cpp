#include "tools/walcat/commands/check.hpp"

#include "common/ack/source_ack.hpp"
#include "common/base/error.hpp"
#include "common/cli/check_line.hpp"
#include "common/pipe/proof.hpp"
#include "tools/walcat/commands/requirements.hpp"
#include "tools/walcat/server/lock_watch.hpp"
#include "tools/walcat/server/preflight.hpp"
#include "tools/walcat/server/publication.hpp"
#include "tools/walcat/server/server.hpp"

#include <functional>

namespace cdckit::walcat {
namespace {

using base::ExitCode;

// Prints the lines; the first failure decides the exit code.
class Report {
 public:
  void add(const Requirement& line) {
    cli::print_check(line.check, line.ok, line.detail, line.hint);
    if (!line.ok && code_ == ExitCode::done) code_ = base::exit_code_for(line.kind);
  }
  // A check that has to be tried: gives the detail or throws. False when it failed.
  bool attempt(const std::string& name, const std::function<std::string()>& check) {
    Requirement line{.check = name};
    try {
      line.detail = check();
    } catch (const base::Error& error) {
      line = {.check = name,
              .ok = false,
              .detail = error.what(),
              .hint = std::string(error.hint()),
              .kind = error.kind()};
    }
    add(line);
    return line.ok;
  }
  [[nodiscard]] ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_ = ExitCode::done;
};

// Where nothing says whether tables will be read, they may be.
bool may_read_tables(const SessionSettings& settings) {
  if (settings.snapshot.mode) return *settings.snapshot.mode != SnapshotMode::never;
  return !settings.no_ack && settings.filters.wants('r');
}

Wanted wanted_of(const SessionSettings& settings, bool filtered) {
  return {.slot = settings.slot,
          .publications = settings.tables.publications,
          .create = settings.create,
          .all_tables = !filtered,
          .snapshot = may_read_tables(settings),
          .failover = settings.failover};
}

// Whether the ack files fit the slot; what is wrong with the slot itself has been said.
std::string check_start(pg::Connection& connection,
                        const SessionSettings& settings,
                        const cli::CommonOptions& common) {
  const auto server = read_server_state(connection, settings.slot);
  const auto plan =
      plan_start(server,
                 ack::SourceAck(pipe::ack_files(common)).read_all(),
                 {.snapshot = snapshot_mode(settings, common), .create = settings.create});
  return plan.snapshot ? "a snapshot will be taken" : "goes on where it was";
}

std::string check_filters(const SessionSettings& settings,
                          const TableFilter& filter,
                          bool backlog,
                          signals::StopToken stop) {
  const auto sql = connect(settings.server, false, stop);
  const LockWatch watch(*sql, stop);
  const auto publications = Catalog(*sql).publications(settings.tables.publications);
  const auto encoding = make_encoding(settings.server.encoding);
  ColumnFilter columns(settings.filters);
  preflight({*sql, publications, filter, *encoding, columns, backlog, ""});
  return "columns, masks and keys fit";
}

}  // namespace

ExitCode run_check(const SessionSettings& given, cli::Context& context) {
  check_source(given.server, given.slot);
  cli::choose_check_format(given.format.format);
  SessionSettings settings = given;
  settings.server.retry_for = std::chrono::milliseconds(0);  // what is wrong now is asked for
  const TableFilter filter = settings.tables.filter();
  Report report;
  Facts facts;
  const bool connected = report.attempt("connection", [&] {
    const auto sql = connect(settings.server, false, context.stop());
    const LockWatch watch(*sql, context.stop());
    std::vector<std::string> names = settings.tables.publications;
    if (names.empty() && settings.create) names.emplace_back(kDefaultPublication);
    facts = read_facts(*sql, {settings.slot, names, filter, settings.create});
    return sql->user() + " at " + sql->host() + ", database " + sql->database() + ", " +
           (sql->tls().empty() ? "without TLS" : sql->tls());
  });
  if (!connected) return report.code();
  for (const auto& line : judge(facts, wanted_of(settings, !filter.selects_all())))
    report.add(line);
  if (settings.filters.touches_columns() && !settings.create) {
    report.attempt("filters", [&] {
      return check_filters(settings, filter, facts.slot.exists, context.stop());
    });
  }
  std::unique_ptr<pg::Connection> replication;
  const bool replicates = report.attempt("replication", [&] {
    replication = connect(settings.server, true, context.stop());
    return "system " + replication->query("IDENTIFY_SYSTEM").text(0, 0);
  });
  if (replicates && facts.slot.exists && !pipe::ack_files(context.options()).empty()) {
    report.attempt("ack", [&] { return check_start(*replication, settings, context.options()); });
  }
  return report.code();
}

}  // namespace cdckit::walcat
