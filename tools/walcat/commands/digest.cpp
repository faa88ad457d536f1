#include "tools/walcat/commands/digest.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/ndjson/writer.hpp"
#include "tools/walcat/encode/plain.hpp"
#include "tools/walcat/server/server.hpp"
#include "tools/walcat/server/slot.hpp"
#include "tools/walcat/snapshot/import.hpp"

#include <unistd.h>

namespace cdckit::walcat {
namespace {

constexpr std::int64_t kMostBuckets = 65'536;
constexpr int kGeneratedColumns = 180'000;  // the first version that can publish them

// Prints what one published table holds.
class Digester {
 public:
  Digester(const DigestOptions& options, pg::Connection& connection, std::string pos)
      : options_(options), connection_(connection), pos_(std::move(pos)) {}

  void print(const PublishedTable& source, const event::TableSchema& shape) {
    pg::DigestRequest request;
    request.schema = shape.schema;
    request.table = shape.table;
    request.key = shape.key;
    for (const auto& column : source.relation.columns) request.columns.push_back(column.name);
    request.generated = connection_.server_version() >= kGeneratedColumns;
    pg::DigestTable table = pg::describe_digest(connection_, request);
    table.condition = source.condition;
    table.only = !source.partitioned;
    if (options_.control) print_schema(shape);
    print_buckets(table);
    if (options_.keys) print_rows(table);
    out_.flush();
  }

 private:
  void print_schema(const event::TableSchema& shape) {
    line_.clear();
    event::append_schema_line(line_, shape);
    write();
  }

  void print_buckets(const pg::DigestTable& table) {
    unsigned number = 0;
    for (const auto& bucket : pg::bucket_digests(connection_, table, buckets())) {
      line_.clear();
      pg::append_digest_line(line_, table, pos_, number++, bucket);
      write();
    }
  }

  void print_rows(const pg::DigestTable& table) {
    pg::RowDigests rows(connection_, table, buckets());
    pg::RowDigest row;
    while (rows.next(row)) {
      line_.clear();
      pg::append_digest_line(line_, table, pos_, row);
      write();
    }
  }

  void write() { out_.write(line_); }
  [[nodiscard]] unsigned buckets() const { return static_cast<unsigned>(options_.buckets); }

  const DigestOptions& options_;
  pg::Connection& connection_;
  std::string pos_;
  std::string line_;
  ndjson::Writer out_{STDOUT_FILENO, ndjson::Writer::Flush::when_full};
};

void check_digest_options(const Options& options) {
  check_connection_options(options);
  if (options.digest.buckets >= 1 && options.digest.buckets <= kMostBuckets) return;
  throw base::Error(base::ErrorKind::usage, "could not use --buckets: 1 to 65536");
}

}  // namespace

void add_digest_flags(std::vector<cli::Flag>& into, DigestOptions& options) {
  cli::FlagTable table("Output");
  table.number("buckets", "N", options.buckets, "Into how many buckets the rows of a table go.");
  table.toggle("keys",
               options.keys,
               "After a table's buckets one line for each row, in the order "
               "of their key hashes: shows which rows differ.");
  table.toggle("control", options.control, "Print each table's schema line first.");
  into.insert(into.end(), table.flags.begin(), table.flags.end());
}

// The slot lives only to say which position its snapshot is: a current LSN would race with commits.
base::ExitCode run_digest(const Options& options, cli::Context& context) {
  check_digest_options(options);
  const TableFilter filter(options.tables, options.exclude_tables);
  const PlainEncoding encoding;
  const auto connection = connect(options, false, context.stop());
  require_usable_server(*connection);
  const auto exporter = connect(options, true, context.stop());
  const auto publications = Catalog(*connection).publications(options.publications);
  const NewSlot slot =
      create_slot(*exporter,
                  {.name = temporary_slot_name(), .temporary = true, .export_snapshot = true},
                  context.stop());
  import_snapshot(*connection, slot.snapshot);
  Catalog catalog(*connection);
  Digester digester(options.digest, *connection, base::hex16(slot.consistent_point));
  const auto tables = catalog.published_tables(publications, filter);
  hold_tables(*connection, tables, context.stop(), nullptr);
  require_unchanged(*connection, tables);
  for (const auto& source : tables) {
    const auto described = catalog.describe(source.relation);
    digester.print(source, build_table(source.relation, described, encoding).shape);
  }
  return base::ExitCode::done;
}

}  // namespace cdckit::walcat
