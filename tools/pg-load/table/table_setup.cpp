#include "tools/pg-load/table/table_setup.hpp"

#include "common/cli/nearest.hpp"
#include "common/log/log.hpp"
#include "tools/pg-load/table/type_inference.hpp"
#include "tools/pg-load/table/type_names.hpp"

#include <algorithm>

namespace cdckit::pg_load {

std::vector<event::Column> columns_of(const Options& options, const LineStore& rows) {
  TypeInference inference;
  rows.for_each(0, rows.size(), [&](const StoredLine& line) { inference.add(line.text); });
  std::vector<std::pair<std::string, std::string>> fixed;
  for (const std::string& column : options.columns) {
    Pair pair = split_pair(column, ':', "column");
    fixed.emplace_back(std::move(pair.left), std::move(pair.right));
  }
  return inference.columns(fixed);
}

event::TableSchema plan_table(const Options& options, const LineStore& rows) {
  event::TableSchema schema;
  schema.columns = columns_of(options, rows);
  const bool has_extra =
      std::any_of(schema.columns.begin(), schema.columns.end(), [&](const event::Column& column) {
        return column.name == options.extra_to;
      });
  if (!options.extra_to.empty() && !has_extra)
    schema.columns.push_back({.name = options.extra_to, .type = "jsonb"});
  schema.key = options.key_columns();
  for (const std::string& key : schema.key) {
    const bool known = std::any_of(schema.columns.begin(),
                                   schema.columns.end(),
                                   [&](const event::Column& column) { return column.name == key; });
    if (!known)
      throw base::Error(base::ErrorKind::data,
                        "could not create table \"" + options.table +
                            "\": no row has the key column \"" + key + "\"");
  }
  return schema;
}

TableName target_name(const Options& options, const std::string& schema, const std::string& table) {
  if (!options.table.empty()) return parse_table_name(options.table);
  for (const std::string& map : options.maps) {
    const Pair pair = split_pair(map, '=', "map");
    if (pair.left == schema + "." + table || pair.left == table)
      return parse_table_name(pair.right);
  }
  return {.schema = schema, .table = table};
}

namespace {

TableName with_schema(Session& session, const TableName& name) {
  if (!name.schema.empty()) return name;
  return {.schema = session.schema_of(name.table), .table = name.table};
}

}  // namespace

std::optional<TargetTable> find_target(Session& session,
                                       const TableName& name,
                                       const std::vector<std::string>& key) {
  const TableName whole = with_schema(session, name);
  const bool inside = session.connection().in_transaction();
  if (inside) session.empty_search_path();
  std::optional<TargetTable> target = describe_table(session.connection(), whole);
  if (target && !key.empty()) choose_key(*target, key);
  if (target) describe_indexes(session.connection(), *target);
  if (inside) session.use_search_path();
  return target;
}

namespace {

// A column of the table that the source does not name may be the new one under its old name: then
// nobody knows what its rows have.
bool names_all(const std::vector<event::Column>& columns, const TargetTable& target) {
  return std::all_of(target.columns.begin(), target.columns.end(), [&](const auto& mine) {
    return std::any_of(columns.begin(), columns.end(), [&](const event::Column& column) {
      return cut_name(column.name) == mine.name;
    });
  });
}

// With the value that the source's rows had got, which the server keeps beside the table: the rows
// stay as they are. Later rows bring their own.
void add_with_value(Session& session, const TargetTable& target, const event::Column& column) {
  const std::string name = pg::quote_identifier(column.name);
  const std::string alter = "ALTER TABLE " + target.quoted();
  session.savepoint("added");
  try {
    session.connection().execute(alter + " ADD COLUMN " + name + " " + column.type + " DEFAULT " +
                                 session.connection().quote_literal(*column.missing));
    session.connection().execute(alter + " ALTER COLUMN " + name + " DROP DEFAULT");
    session.release("added");
    log::info("its rows have \"" + *column.missing + "\" there, as those of the source");
  } catch (const pg::ServerError& error) {
    if (error.kind() != base::ErrorKind::data) throw;
    session.roll_back_to("added");
    session.connection().execute(alter + " ADD COLUMN IF NOT EXISTS " + name + " " + column.type);
    log::warning("the rows of table \"" + display_name(target.name) + "\" have NULL in column \"" +
                 column.name + "\", not the source's \"" + *column.missing + "\": " + error.what());
  }
}

}  // namespace

bool add_columns(Session& session,
                 const TargetTable& target,
                 const std::vector<event::Column>& columns) {
  std::vector<event::Column> missing;
  for (const event::Column& column : columns) {
    if (!target.find(column.name)) missing.push_back(column);
  }
  if (missing.empty()) return false;
  const bool all_named = names_all(columns, target);
  const std::string add = "ALTER TABLE " + target.quoted() + " ADD COLUMN IF NOT EXISTS ";
  for (const event::Column& column : safe_columns(session, target.name, missing, false)) {
    log::info("adding column \"" + column.name + "\" " + column.type + " to table \"" +
              display_name(target.name) + "\"");
    if (all_named && column.missing) {
      add_with_value(session, target, column);
    } else {
      session.connection().execute(add + pg::quote_identifier(column.name) + " " + column.type);
    }
  }
  return true;
}

std::vector<std::string> known_tables(Session& session, bool with_schema) {
  const auto result = session.connection().query(R"sql(
SELECT n.nspname, c.relname
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')sql");
  std::vector<std::string> out;
  for (int row = 0; row < result.rows(); ++row)
    out.push_back((with_schema ? result.text(row, 0) + "." : "") + result.text(row, 1));
  return out;
}

base::Error missing_table(const TableName& name,
                          bool may_create,
                          const std::vector<std::string>& known) {
  return {base::ErrorKind::unavailable,
          "could not find table \"" + display_name(name) + "\"",
          cli::near_miss_first(
              display_name(name),
              known,
              may_create ? "Its events came without a schema line to create it from: walcat "
                           "prints them with --ack or --control."
                         : "Create it first, or let --create do it.")};
}

void create_target(Session& session, const TableName& name, const event::TableSchema& schema) {
  event::TableSchema safe = schema;
  safe.columns = safe_columns(session, name, schema.columns, true, schema.connect);
  for (std::string& key : safe.key) key = cut_name(key);
  const TableName whole = with_schema(session, name);
  const pg::Parameter wanted[] = {whole.schema};
  const bool has_schema =
      session.connection().query("SELECT FROM pg_namespace WHERE nspname = $1", wanted).rows() > 0;
  session.connection().execute(create_table_sql(whole, safe, !has_schema));
  log::info("created table \"" + display_name(name) + "\"");
}

}  // namespace cdckit::pg_load
