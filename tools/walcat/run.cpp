#include "tools/walcat/run.hpp"

#include "common/base/error.hpp"
#include "common/cli/standard_flags.hpp"
#include "common/cli/text_table.hpp"
#include "common/event/schema.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/log/log.hpp"
#include "common/pipe/proof.hpp"
#include "tools/walcat/commands/check.hpp"
#include "tools/walcat/commands/peek_summary.hpp"
#include "tools/walcat/debezium/make_encoding.hpp"
#include "tools/walcat/server/lock_watch.hpp"
#include "tools/walcat/server/slot.hpp"
#include "tools/walcat/stream/session.hpp"

#include <unistd.h>

namespace cdckit::walcat {
namespace {

using base::ExitCode;

void choose_format(SessionSettings& session, const cli::CommonOptions& common) {
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  session.format = choose_format(session.format,
                                 {.terminal = terminal,
                                  .control = common.control || !pipe::ack_files(common).empty(),
                                  .colored = log::wants_color(cli::color_wish(common), terminal)});
}

ExitCode print_schemas(const SessionSettings& session, cli::Context& context) {
  ColumnFilter columns(session.filters);
  const auto encoding = make_encoding(session.server.encoding);
  const auto connection = connect(session.server, false, context.stop());
  const LockWatch watch(*connection, context.stop());
  Catalog catalog(*connection);
  const std::string prefix =
      session.topic_prefix.empty() ? connection->database() : session.topic_prefix;
  std::string lines;
  for (const auto& table : catalog.published_tables(
           catalog.publications(session.tables.publications), session.tables.filter())) {
    const CatalogTable described = catalog.describe(table.relation);
    Table compiled = build_table(table.relation, described, *encoding);
    columns.apply(compiled, table.relation, described);
    encoding->wrap(compiled, prefix);
    event::append_schema_line(lines, compiled.shape);
    lines += '\n';
  }
  io::write_all(STDOUT_FILENO, lines, "stdout");
  return ExitCode::done;
}

// Who peeks wants an answer now, not the slot when its reader has gone.
void require_unread_slot(const SessionSettings& session, cli::Context& context) {
  const auto connection = connect(session.server, false, context.stop());
  const std::string pid = read_slot(*connection, session.slot).active_pid;
  if (pid.empty()) return;
  throw base::Error(
      base::ErrorKind::temporary,
      "could not read slot \"" + session.slot + "\": process " + pid + " is reading it",
      "End that first; SELECT pg_terminate_backend(" + pid + ") does.");
}

}  // namespace

ExitCode run_stream(const Options& options, cli::Context& context) {
  check_stream_options(options, context.options());
  SessionSettings session = options.session;
  if (context.options().check) return run_check(session, context);
  choose_format(session, context.options());
  if (options.schema_only) return print_schemas(session, context);
  return Session(session, context).run();
}

ExitCode run_peek(const Options& given, cli::Context& context) {
  Options options = given;
  SessionSettings& session = options.session;
  session.no_ack = true;
  session.snapshot.mode = SnapshotMode::never;
  const RunLimits& limits = given.session.limits;
  session.limits.until_now = limits.until_now || (!limits.until_lsn && limits.run_for.count() == 0);
  check_stream_options(options, context.options());
  if (session.slot.empty())
    throw base::Error(base::ErrorKind::usage, "could not peek: --slot is missing");
  if (context.options().check) return run_check(session, context);
  require_unread_slot(session, context);
  if (options.slots.summary) {
    session.transactions = true;
    return run_peek_summary(cli::wants_table(session.format.format),
                            [&] { return Session(session, context).run(); });
  }
  choose_format(session, context.options());
  return Session(session, context).run();
}

}  // namespace cdckit::walcat
