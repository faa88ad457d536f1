#include "tools/walcat/commands/check.hpp"

#include "common/ack/source_ack.hpp"
#include "common/base/error.hpp"
#include "common/cli/check_line.hpp"
#include "tools/walcat/commands/requirements.hpp"
#include "tools/walcat/debezium/make_encoding.hpp"
#include "tools/walcat/server/preflight.hpp"
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
bool may_read_tables(const Options& options) {
  if (options.snapshot.mode) return *options.snapshot.mode != SnapshotMode::never;
  return !options.no_ack && options.filters.wants('r');
}

Wanted wanted_of(const Options& options, bool filtered) {
  return {.slot = options.slot,
          .publications = options.publications,
          .create = options.create,
          .all_tables = !filtered,
          .snapshot = may_read_tables(options),
          .failover = options.slots.failover};
}

// Whether the ack files fit the slot; what is wrong with the slot itself has been said.
std::string check_start(pg::Connection& connection,
                        const Options& options,
                        const cli::CommonOptions& common) {
  const auto server = read_server_state(connection, options.slot);
  const auto plan =
      plan_start(server,
                 ack::SourceAck(ack_files(common)).read_all(),
                 {.snapshot = snapshot_mode(options, common), .create = options.create});
  return plan.snapshot ? "a snapshot will be taken" : "goes on where it was";
}

std::string check_filters(const Options& options,
                          const TableFilter& filter,
                          bool backlog,
                          signals::StopToken stop) {
  const auto sql = connect(options, false, stop);
  const auto publications = Catalog(*sql).publications(options.publications);
  const auto encoding = make_encoding(options.encoding, options.debezium);
  ColumnFilter columns(options.filters);
  preflight({*sql, publications, filter, *encoding, columns, backlog, ""});
  return "columns, masks and keys fit";
}

}  // namespace

ExitCode run_check(const Options& given, cli::Context& context) {
  check_connection_options(given);
  cli::choose_check_format(given.format.format);
  Options options = given;
  options.retry_for = std::chrono::milliseconds(0);  // what is wrong now is asked for
  const TableFilter filter(options.tables, options.exclude_tables);
  Report report;
  Facts facts;
  const bool connected = report.attempt("connection", [&] {
    const auto sql = connect(options, false, context.stop());
    std::vector<std::string> names = options.publications;
    if (names.empty() && options.create) names.emplace_back(kDefaultPublication);
    facts = read_facts(*sql, {options.slot, names, filter, options.create});
    return sql->user() + " at " + sql->host() + ", database " + sql->database() + ", " +
           (sql->tls().empty() ? "without TLS" : sql->tls());
  });
  if (!connected) return report.code();
  for (const auto& line : judge(facts, wanted_of(options, !filter.selects_all()))) report.add(line);
  if (options.filters.touches_columns() && !options.create) {
    report.attempt("filters", [&] {
      return check_filters(options, filter, facts.slot.exists, context.stop());
    });
  }
  std::unique_ptr<pg::Connection> replication;
  const bool replicates = report.attempt("replication", [&] {
    replication = connect(options, true, context.stop());
    return "system " + replication->query("IDENTIFY_SYSTEM").text(0, 0);
  });
  if (replicates && facts.slot.exists && !ack_files(context.options()).empty()) {
    report.attempt("ack", [&] { return check_start(*replication, options, context.options()); });
  }
  return report.code();
}

}  // namespace cdckit::walcat
