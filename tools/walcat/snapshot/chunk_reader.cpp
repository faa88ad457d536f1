#include "tools/walcat/snapshot/chunk_reader.hpp"

#include "common/base/error.hpp"
#include "common/log/log.hpp"
#include "tools/walcat/snapshot/conditions.hpp"

#include <algorithm>
#include <array>

namespace cdckit::walcat {
namespace {

constexpr std::size_t kRows = 4096;
constexpr std::size_t kRowsWithCondition = 65536;  // looked at, not printed
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

}  // namespace

// The lock comes before the snapshot: no ALTER TABLE may rewrite the table in between, which would
// make it look empty.
Chunk ChunkReader::read_table(pg::Connection& server, const IncrementalState& state) {
  Chunk chunk;
  chunk.next = state;
  const TableName name = parse_table(state.tables[state.table]);
  const std::string quoted = pg::quote_name(name.schema, name.table);
  server.execute("LOCK TABLE " + quoted + " IN ACCESS SHARE MODE");
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
  source.filters = Conditions(options_.snapshot.where).of(name.schema, name.table);
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
  server.execute("DECLARE chunk NO SCROLL CURSOR FOR SELECT " + source.columns + " FROM " +
                 source.from + " WHERE " + up_to(border.empty() ? chunk.next.until : border) +
                 source.filter() + " ORDER BY " + joined(source.key));
  bool more = true;
  while (more && chunk.rows < kRows && chunk.bytes.size() < kBytes) {
    const auto rows = server.query("FETCH " + std::to_string(kFetch) + " FROM chunk");
    for (int row = 0; row < rows.rows(); ++row) add_row(chunk, rows, row);
    more = static_cast<std::size_t>(rows.rows()) == kFetch;
  }
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
