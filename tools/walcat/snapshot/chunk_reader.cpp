#include "tools/walcat/snapshot/chunk_reader.hpp"

#include "common/base/error.hpp"
#include "common/log/log.hpp"
#include "common/pg/session_settings.hpp"
#include "tools/walcat/change/changes.hpp"
#include "tools/walcat/snapshot/conditions.hpp"

#include <algorithm>
#include <array>

namespace cdckit::walcat {
namespace {

constexpr std::size_t kRows = 4096;
constexpr std::size_t kRowsWithCondition = 65536;  // looked at, not printed
constexpr std::size_t kFirstRows = 64;             // of a table whose rows are unknown
constexpr std::size_t kBytes = 4U << 20U;

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out;
}

void add_row(Chunk& chunk, const pg::Result& row) {
  for (int column = 0; column < row.columns(); ++column) {
    const auto text = row.at(0, column);
    chunk.fields.push_back({chunk.bytes.size(), text.size(), row.is_null(0, column)});
    chunk.bytes += text;
  }
  ++chunk.rows;
}

}  // namespace

// The table at hand, as SQL.
struct ChunkReader::Source {
  std::string from;
  std::string columns;
  std::vector<std::string> filters;  // all of them hold
  std::vector<std::string> key;      // quoted names
  std::vector<std::string> types;    // of the key's columns
  std::vector<std::size_t> places;

  [[nodiscard]] std::string filter() const {
    std::string out;
    for (const auto& text : filters) out += " AND (" + text + ")";
    return out;
  }
  [[nodiscard]] std::string keys() const { return "(" + joined(key) + ")"; }
  [[nodiscard]] std::string row(pg::Connection& server,
                                const std::vector<std::string>& values) const {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < values.size(); ++i) {
      parts.push_back(server.quote_literal(values[i]) + "::" + types.at(i));
    }
    return "(" + joined(parts) + ")";
  }
};

std::vector<Value> Chunk::row(std::size_t number) const {
  const auto width = relation.columns.size();
  std::vector<Value> values;
  values.reserve(width);
  for (std::size_t i = number * width; i < (number + 1) * width; ++i) {
    const auto text = std::string_view(bytes).substr(fields[i].begin, fields[i].length);
    values.push_back(fields[i].null ? Value{} : Value{'t', text});
  }
  return values;
}

pg::Connection& ChunkReader::connection() {
  {
    const std::lock_guard lock(mutex_);
    if (interrupted_) throw base::Error(base::ErrorKind::temporary, "could not go on: stopped");
  }
  if (connection_ == nullptr) {
    auto options = connect_options(settings_, false);
    options.connect_timeout = std::chrono::seconds(3);
    options.hurried = true;
    connection_ = std::make_unique<pg::Connection>(options);
    // a locked table must not hold up the others for long
    connection_->execute(
        "SET lock_timeout = '1s'; SET statement_timeout = '30s'; "
        "SET synchronous_commit = 'local'");
    const std::lock_guard lock(mutex_);
    canceller_ = std::make_unique<pg::Canceller>(*connection_);
  }
  return *connection_;
}

void ChunkReader::forget_connection() {
  const std::lock_guard lock(mutex_);
  canceller_.reset();
  connection_.reset();
}

void ChunkReader::interrupt() {
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  if (canceller_ != nullptr) canceller_->cancel();
}

// The lock comes before the snapshot: no ALTER TABLE may rewrite the table in between, which would
// make it look empty.
void ChunkReader::hold(const IncrementalState& state) {
  try {
    pg::Connection& server = connection();
    if (server.in_transaction()) server.execute("ROLLBACK");
    server.execute(pg::kNoSearchPath);
    server.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const TableName name = parse_table(state.tables[state.table]);
    server.execute("LOCK TABLE " + pg::quote_name(name.schema, name.table) +
                   " IN ACCESS SHARE MODE");
  } catch (...) {
    forget_connection();
    throw;
  }
}

Chunk ChunkReader::read(const IncrementalState& state) {
  try {
    pg::Connection& server = connection();
    Chunk chunk = read_table(server, state);
    server.execute("COMMIT");
    return chunk;
  } catch (...) {
    forget_connection();
    throw;
  }
}

void ChunkReader::signal(const IncrementalState& state) {
  try {
    send_signal(connection(), state);
  } catch (...) {
    forget_connection();
    throw;
  }
}

namespace {

// How a literal is cast, whatever the search path.
std::string cast_name(pg::Connection& server, const Relation::Column& column) {
  return server
      .query("SELECT format_type(" + std::to_string(column.type) + ", " +
             std::to_string(column.modifier) + ")")
      .text(0, 0);
}

// Keys are compared by the operators that order their index, wherever they live: those of another
// type would find other rows.
void use_key_operators(pg::Connection& server, std::uint32_t table) {
  server.execute(R"(
    SELECT set_config('search_path', coalesce(string_agg(DISTINCT quote_ident(n.nspname), ','), ''),
                      true)
      FROM pg_index i CROSS JOIN unnest(i.indclass::oid[]) k JOIN pg_opclass o ON o.oid = k
      JOIN pg_amop a ON a.amopfamily = o.opcfamily AND a.amoplefttype = o.opcintype
       AND a.amoprighttype = o.opcintype
      JOIN pg_operator p ON p.oid = a.amopopr JOIN pg_namespace n ON n.oid = p.oprnamespace
     WHERE (i.indisprimary OR i.indisreplident) AND n.nspname <> 'pg_catalog'
       AND i.indrelid = )" +
                 std::to_string(table));
}

// Behind the table at hand.
void pass(Chunk& chunk, const std::string& why) {
  if (!why.empty()) {
    log::warning("table \"" + chunk.next.tables[chunk.next.table] + "\" is left out of the " +
                 "incremental snapshot: " + why);
  }
  ++chunk.next.table;
  chunk.next.after.clear();
  chunk.next.until.clear();
}

}  // namespace

Chunk ChunkReader::read_table(pg::Connection& server, const IncrementalState& state) {
  Chunk chunk;
  chunk.next = state;
  const TableName name = parse_table(state.tables[state.table]);
  const std::string quoted = pg::quote_name(name.schema, name.table);
  chunk.seen = SeenTransactions(server.query("SELECT pg_current_snapshot()").at(0, 0));
  auto tables = Catalog(server).published_tables(publications_, filter_);
  const auto found = std::find_if(tables.begin(), tables.end(), [&](const auto& table) {
    return table.relation.schema == name.schema && table.relation.table == name.table;
  });
  if (found == tables.end()) {
    pass(chunk, "it is not published or not selected");
    return chunk;
  }
  chunk.relation = found->relation;
  const CatalogTable catalog = Catalog(server).describe(chunk.relation);
  Source source;
  source.from = (found->partitioned ? "" : "ONLY ") + quoted;
  source.filters = Conditions(where_).of(name.schema, name.table);
  if (!found->condition.empty()) source.filters.push_back(found->condition);
  std::vector<std::string> columns;
  for (const auto& column : chunk.relation.columns) {
    columns.push_back(pg::quote_identifier(column.name));
  }
  source.columns = joined(columns);
  for (const auto& key : choose_key(chunk.relation, catalog)) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (chunk.relation.columns[i].name != key) continue;
      source.key.push_back(columns[i]);
      source.types.push_back(cast_name(server, chunk.relation.columns[i]));
      source.places.push_back(i);
    }
  }
  if (source.key.empty()) {
    pass(chunk, "it has no key to go by");
    return chunk;
  }
  if (where_.empty()) {
    use_key_operators(server, chunk.relation.oid);
  } else {  // what a user wrote means what it means to the user
    server.execute("RESET search_path");
  }
  if (state.until.empty()) read_until(server, source, chunk);
  if (chunk.next.until.empty()) {
    pass(chunk, "");
  } else {
    read_rows(server, source, chunk);
  }
  return chunk;
}

// Rows above were inserted since: the stream has them. Whatever rows are wanted: the index knows
// this at once.
void ChunkReader::read_until(pg::Connection& server, const Source& source, Chunk& chunk) {
  std::string order;
  for (const auto& key : source.key) order += (order.empty() ? "" : ", ") + key + " DESC";
  const auto largest = server.query("SELECT " + joined(source.key) + " FROM " + source.from +
                                    " ORDER BY " + order + " LIMIT 1");
  for (int column = 0; largest.rows() > 0 && column < largest.columns(); ++column) {
    chunk.next.until.push_back(largest.text(0, column));
  }
}

// With a condition a chunk is a range of keys, however many rows in it are wanted: else one that
// almost no row meets would read the whole table at once. Empty: the range reaches to the end.
std::vector<std::string> ChunkReader::read_border(pg::Connection& server,
                                                  const Source& source,
                                                  const std::string& range) {
  std::vector<std::string> border;
  if (source.filters.empty()) return border;
  const auto found = server.query("SELECT " + joined(source.key) + " FROM " + source.from +
                                  " WHERE " + range + " ORDER BY " + joined(source.key) +
                                  " OFFSET " + std::to_string(kRowsWithCondition - 1) + " LIMIT 1");
  for (int column = 0; found.rows() > 0 && column < found.columns(); ++column) {
    border.push_back(found.text(0, column));
  }
  return border;
}

void ChunkReader::read_rows(pg::Connection& server, const Source& source, Chunk& chunk) {
  const auto up_to = [&](const std::vector<std::string>& end) {
    std::string range = source.keys() + " <= " + source.row(server, end);
    if (chunk.next.after.empty()) return range;
    return range + " AND " + source.keys() + " > " + source.row(server, chunk.next.after);
  };
  const auto border = read_border(server, source, up_to(chunk.next.until));
  if (row_table_ != source.from) row_bytes_ = 0;
  row_table_ = source.from;
  const auto limit = row_bytes_ == 0 ? kFirstRows : std::clamp(kBytes / row_bytes_, 1UL, kRows);
  std::size_t found = 0;
  server.each_row("SELECT " + source.columns + " FROM " + source.from + " WHERE " +
                      up_to(border.empty() ? chunk.next.until : border) + source.filter() +
                      " ORDER BY " + joined(source.key) + " LIMIT " + std::to_string(limit),
                  [&](const pg::Result& row) {
                    ++found;
                    if (chunk.bytes.size() < kBytes) add_row(chunk, row);
                  });
  if (chunk.rows > 0) row_bytes_ = std::max<std::size_t>(chunk.bytes.size() / chunk.rows, 1);
  const bool more = found == limit || found > chunk.rows;
  if (!more && border.empty()) return pass(chunk, "");
  chunk.next.after = border;
  if (!more) return;
  const auto last = chunk.row(chunk.rows - 1);
  chunk.next.after.clear();
  for (const auto place : source.places) chunk.next.after.emplace_back(last[place].bytes);
}

void send_signal(pg::Connection& connection, const IncrementalState& state) {
  const std::string prefix(kSignalPrefix);
  const std::string content = state_json(state);
  const std::array<pg::Parameter, 2> parameters{pg::Parameter(prefix), pg::Parameter(content)};
  (void)connection.query("SELECT pg_logical_emit_message(true, $1, $2)", parameters);
}

}  // namespace cdckit::walcat
