#include "tools/walcat/snapshot/chunk_reader.hpp"

#include "common/base/error.hpp"
#include "common/log/log.hpp"

#include <algorithm>
#include <array>

namespace cdckit::walcat {
namespace {

constexpr std::size_t kRows = 4096;
constexpr std::size_t kFetch = 256;
constexpr std::size_t kBytes = 4U << 20U;

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out;
}

void add_row(Chunk& chunk, const pg::Result& result, int row) {
  for (int column = 0; column < result.columns(); ++column) {
    const auto text = result.at(row, column);
    chunk.fields.push_back({chunk.bytes.size(), text.size(), result.is_null(row, column)});
    chunk.bytes += text;
  }
  ++chunk.rows;
}

}  // namespace

// The table at hand, as SQL.
struct ChunkReader::Source {
  std::string from;
  std::string columns;
  std::string filter;              // TRUE without one
  std::vector<std::string> key;    // quoted names
  std::vector<std::string> types;  // of the key's columns
  std::vector<std::size_t> places;

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
  if (connection_ == nullptr) {
    connection_ = std::make_unique<pg::Connection>(connect_options(options_, false));
    // a locked table must not hold up the stream for long
    connection_->execute(
        "SET lock_timeout = '1s'; SET statement_timeout = '30s'; "
        "SET synchronous_commit = 'local'");
  }
  return *connection_;
}

Chunk ChunkReader::read(const IncrementalState& state) {
  try {
    pg::Connection& server = connection();
    server.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    Chunk chunk = read_table(server, state);
    server.execute("COMMIT");
    return chunk;
  } catch (...) {
    connection_.reset();
    throw;
  }
}

void ChunkReader::signal(const IncrementalState& state) {
  try {
    send_signal(connection(), state);
  } catch (...) {
    connection_.reset();
    throw;
  }
}

namespace {

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

std::string full_name(const Relation& relation) {
  return relation.schema + "." + relation.table;
}

}  // namespace

// The lock comes before the snapshot: no ALTER TABLE may rewrite the table in between, which would
// make it look empty.
Chunk ChunkReader::read_table(pg::Connection& server, const IncrementalState& state) {
  Chunk chunk;
  chunk.next = state;
  const std::string& name = state.tables[state.table];
  const auto dot = name.find('.');
  const std::string quoted = pg::quote_name(name.substr(0, dot), name.substr(dot + 1));
  server.execute("LOCK TABLE " + quoted + " IN ACCESS SHARE MODE");
  chunk.seen = SeenTransactions(server.query("SELECT pg_current_snapshot()").at(0, 0));
  auto tables = Catalog(server).published_tables(publications_, filter_);
  const auto found = std::find_if(tables.begin(), tables.end(), [&](const auto& table) {
    return full_name(table.relation) == name;
  });
  if (found == tables.end()) {
    pass(chunk, "it is not published or not selected");
    return chunk;
  }
  chunk.relation = found->relation;
  const CatalogTable catalog = Catalog(server).describe(chunk.relation);
  Source source;
  source.from = (found->partitioned ? "" : "ONLY ") + quoted;
  source.filter = found->condition.empty() ? "TRUE" : "(" + found->condition + ")";
  std::vector<std::string> columns;
  for (const auto& column : chunk.relation.columns) {
    columns.push_back(pg::quote_identifier(column.name));
  }
  source.columns = joined(columns);
  for (const auto& key : choose_key(chunk.relation, catalog)) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (chunk.relation.columns[i].name != key) continue;
      source.key.push_back(columns[i]);
      source.types.push_back(catalog.columns[i].type_name);
      source.places.push_back(i);
    }
  }
  if (source.key.empty()) {
    pass(chunk, "it has no key to go by");
    return chunk;
  }
  if (state.until.empty()) read_until(server, source, chunk);
  if (chunk.next.until.empty()) {
    pass(chunk, "");
  } else {
    read_rows(server, source, chunk);
  }
  return chunk;
}

// Rows above were inserted since: the stream has them.
void ChunkReader::read_until(pg::Connection& server, const Source& source, Chunk& chunk) {
  std::string order;
  for (const auto& key : source.key) order += (order.empty() ? "" : ", ") + key + " DESC";
  const auto largest = server.query("SELECT " + joined(source.key) + " FROM " + source.from +
                                    " WHERE " + source.filter + " ORDER BY " + order + " LIMIT 1");
  for (int column = 0; largest.rows() > 0 && column < largest.columns(); ++column) {
    chunk.next.until.push_back(largest.text(0, column));
  }
}

void ChunkReader::read_rows(pg::Connection& server, const Source& source, Chunk& chunk) {
  std::string where =
      source.filter + " AND " + source.keys() + " <= " + source.row(server, chunk.next.until);
  if (!chunk.next.after.empty()) {
    where += " AND " + source.keys() + " > " + source.row(server, chunk.next.after);
  }
  server.execute("DECLARE chunk NO SCROLL CURSOR FOR SELECT " + source.columns + " FROM " +
                 source.from + " WHERE " + where + " ORDER BY " + joined(source.key));
  bool more = true;
  while (more && chunk.rows < kRows && chunk.bytes.size() < kBytes) {
    const auto rows = server.query("FETCH " + std::to_string(kFetch) + " FROM chunk");
    for (int row = 0; row < rows.rows(); ++row) add_row(chunk, rows, row);
    more = static_cast<std::size_t>(rows.rows()) == kFetch;
  }
  if (!more) return pass(chunk, "");
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
