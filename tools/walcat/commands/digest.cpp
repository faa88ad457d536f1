#include "tools/walcat/commands/digest.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/log/progress.hpp"
#include "common/ndjson/writer.hpp"
#include "tools/walcat/commands/portable_digest.hpp"
#include "tools/walcat/encode/plain.hpp"
#include "tools/walcat/server/lock_watch.hpp"
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

  void print(const PublishedTable& source,
             const event::TableSchema& shape,
             const TypesByColumn& types) {
    pg::DigestRequest request;
    request.schema = shape.schema;
    request.table = shape.table;
    request.key = shape.key;
    for (const auto& column : source.relation.columns) request.columns.push_back(column.name);
    request.generated = connection_.server_version() >= kGeneratedColumns;
    pg::DigestTable table = pg::describe_digest(connection_, request);
    table.condition = source.condition;
    table.only = !source.partitioned;
    if (options_.control || options_.portable) print_schema(shape);
    if (options_.portable) {
      print_portable(std::move(table), types);
    } else {
      print_buckets(table, pg::bucket_digests(connection_, table, buckets()));
      if (options_.keys) print_rows(table);
    }
    out_.flush();
  }

 private:
  void print_schema(const event::TableSchema& shape) {
    line_.clear();
    event::append_schema_line(line_, shape);
    write();
  }

  void print_buckets(const pg::DigestTable& table, const std::vector<pg::DigestBucket>& digests) {
    unsigned number = 0;
    for (const auto& bucket : digests) {
      line_.clear();
      pg::append_digest_line(line_, table, pos_, number++, bucket);
      write();
    }
  }

  void print_rows(const pg::DigestTable& table) {
    pg::RowDigests rows(connection_, table, buckets());
    pg::RowDigest row;
    while (rows.next(row)) print_row(table, row);
  }

  void print_row(const pg::DigestTable& table, const pg::RowDigest& row) {
    line_.clear();
    pg::append_digest_line(line_, table, pos_, row);
    write();
  }

  void print_portable(pg::DigestTable described, const TypesByColumn& types) {
    PortableDigest portable(connection_, std::move(described), types);
    print_buckets(portable.table(), portable.buckets(buckets()));
    if (!options_.keys) return;
    portable.each_row(buckets(),
                      [&](const pg::RowDigest& row) { print_row(portable.table(), row); });
  }

  void write() { out_.write(line_); }
  [[nodiscard]] unsigned buckets() const { return static_cast<unsigned>(options_.buckets); }

  const DigestOptions& options_;
  pg::Connection& connection_;
  std::string pos_;
  std::string line_;
  ndjson::Writer out_{STDOUT_FILENO, ndjson::Writer::Flush::when_full};
};

TypesByColumn types_of(const Relation& relation, const CatalogTable& described) {
  TypesByColumn out;
  for (std::size_t i = 0; i < relation.columns.size(); ++i)
    out[relation.columns[i].name] = described.columns[i].type;
  return out;
}

// Tables count alike, however large they are.
void tell_progress(const Relation& table, std::size_t done, std::size_t all) {
  log::own_progress().doing("digest of " + table.schema + "." + table.table);
  log::own_progress().tell({.part = static_cast<double>(done) / static_cast<double>(all)});
}

void check_digest_options(const DigestOptions& options) {
  if (options.buckets >= 1 && options.buckets <= kMostBuckets) return;
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
  table.toggle("portable",
               options.portable,
               "Texts that SQL on other systems can make too, for snow-put verify; schema lines "
               "come with them.");
  into.insert(into.end(), table.flags.begin(), table.flags.end());
}

// The slot lives only to say which position its snapshot is: a current LSN would race with commits.
base::ExitCode run_digest(const ConnectSettings& server,
                          const TableChoice& choice,
                          const DigestOptions& options,
                          cli::Context& context) {
  check_source(server, "");
  check_digest_options(options);
  const PlainEncoding encoding;
  const auto connection = connect(server, false, context.stop());
  const LockWatch watch(*connection, context.stop());
  require_usable_server(*connection);
  const auto exporter = connect(server, true, context.stop());
  const auto publications = Catalog(*connection).publications(choice.publications);
  const NewSlot slot =
      create_slot(*exporter,
                  {.name = temporary_slot_name(), .temporary = true, .export_snapshot = true},
                  context.stop());
  import_snapshot(*connection, slot.snapshot);
  Catalog catalog(*connection);
  Digester digester(options, *connection, base::hex16(slot.consistent_point));
  const auto tables = catalog.published_tables(publications, choice.filter());
  hold_tables(*connection, tables);
  require_unchanged(*connection, tables);
  for (const auto& source : tables) {
    const auto done = static_cast<std::size_t>(&source - tables.data());
    tell_progress(source.relation, done, tables.size());
    const auto described = catalog.describe(source.relation);
    digester.print(source,
                   build_table(source.relation, described, encoding).shape,
                   types_of(source.relation, described));
  }
  return base::ExitCode::done;
}

}  // namespace cdckit::walcat
