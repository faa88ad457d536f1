#include "tools/walcat/run.hpp"

#include "common/base/error.hpp"
#include "common/event/schema.hpp"
#include "common/io/file_descriptor.hpp"
#include "tools/walcat/commands/check.hpp"
#include "tools/walcat/stream/session.hpp"

#include <unistd.h>

namespace cdckit::walcat {
namespace {

using base::ExitCode;

ExitCode print_schemas(const Options& options, cli::Context& context) {
  const TableFilter filter(options.tables, options.exclude_tables);
  ColumnFilter columns(options.filters);
  const auto encoding = make_encoding(options.encoding);
  const auto connection = connect(options, false, context.stop());
  Catalog catalog(*connection);
  std::string lines;
  for (const auto& table :
       catalog.published_tables(catalog.publications(options.publications), filter)) {
    const CatalogTable described = catalog.describe(table.relation);
    Table compiled = build_table(table.relation, described, *encoding);
    columns.apply(compiled, table.relation, described);
    event::append_schema_line(lines, compiled.shape);
    lines += '\n';
  }
  io::write_all(STDOUT_FILENO, lines, "stdout");
  return ExitCode::done;
}

}  // namespace

ExitCode run_stream(const Options& options, cli::Context& context) {
  check_stream_options(options, context.options());
  if (context.options().check) return run_check(options, context);
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
  return Session(options, context).run();
}

}  // namespace cdckit::walcat
