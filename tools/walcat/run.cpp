#include "tools/walcat/run.hpp"

#include "common/base/error.hpp"
#include "common/event/schema.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/log/log.hpp"
#include "tools/walcat/commands/check.hpp"
#include "tools/walcat/commands/peek_summary.hpp"
#include "tools/walcat/debezium/make_encoding.hpp"
#include "tools/walcat/server/slot.hpp"
#include "tools/walcat/stream/session.hpp"

#include <unistd.h>

namespace cdckit::walcat {
namespace {

using base::ExitCode;

void choose_format(Options& options, const cli::CommonOptions& common) {
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  const auto wish = common.color == "always"  ? log::Color::always
                    : common.color == "never" ? log::Color::never
                                              : log::Color::automatic;
  options.format = choose_format(options.format,
                                 {.terminal = terminal,
                                  .control = common.control || !ack_files(common).empty(),
                                  .colored = log::wants_color(wish, terminal)});
}

ExitCode print_schemas(const Options& options, cli::Context& context) {
  const TableFilter filter(options.tables, options.exclude_tables);
  ColumnFilter columns(options.filters);
  const auto encoding = make_encoding(options.encoding, options.debezium);
  const auto connection = connect(options, false, context.stop());
  Catalog catalog(*connection);
  const std::string prefix =
      options.topic_prefix.empty() ? connection->database() : options.topic_prefix;
  std::string lines;
  for (const auto& table :
       catalog.published_tables(catalog.publications(options.publications), filter)) {
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
void require_unread_slot(const Options& options, cli::Context& context) {
  const auto connection = connect(options, false, context.stop());
  const std::string pid = read_slot(*connection, options.slot).active_pid;
  if (pid.empty()) return;
  throw base::Error(
      base::ErrorKind::temporary,
      "could not read slot \"" + options.slot + "\": process " + pid + " is reading it",
      "End that first; SELECT pg_terminate_backend(" + pid + ") does.");
}

}  // namespace

ExitCode run_stream(const Options& given, cli::Context& context) {
  Options options = given;
  check_stream_options(options, context.options());
  if (context.options().check) return run_check(options, context);
  choose_format(options, context.options());
  if (options.schema_only) return print_schemas(options, context);
  return Session(options, context).run();
}

ExitCode run_peek(const Options& given, cli::Context& context) {
  Options options = given;
  options.no_ack = true;
  options.snapshot.mode = SnapshotMode::never;
  options.until_now = given.until_now || (!given.until_lsn && given.run_for.count() == 0);
  check_stream_options(options, context.options());
  if (options.slot.empty())
    throw base::Error(base::ErrorKind::usage, "could not peek: --slot is missing");
  if (context.options().check) return run_check(options, context);
  require_unread_slot(options, context);
  if (options.slots.summary) {
    options.transactions = true;
    return run_peek_summary(given, [&] { return Session(options, context).run(); });
  }
  choose_format(options, context.options());
  return Session(options, context).run();
}

}  // namespace cdckit::walcat
