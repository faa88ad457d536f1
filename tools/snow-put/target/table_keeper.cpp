#include "tools/snow-put/target/table_keeper.hpp"

#include "common/log/log.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-put/target/source_state.hpp"

#include <algorithm>
#include <utility>

namespace cdckit::snow_put {
namespace {

using base::ErrorKind;

std::vector<std::string> names_of_key(const std::vector<TargetColumn>& columns) {
  std::vector<std::string> key;
  for (const TargetColumn& column : key_in_order(columns)) key.push_back(column.name);
  return key;
}

}  // namespace

// A refused statement is no bad line.
void refused(TableState& state, const base::Error& error) {
  const bool by_the_service = dynamic_cast<const snow::SqlError*>(&error) != nullptr;
  if (error.retryable() || (!by_the_service && error.kind() != ErrorKind::unavailable)) throw;
  const ErrorKind kind = error.kind() == ErrorKind::data ? ErrorKind::unavailable : error.kind();
  state.stop(base::Error(kind, error.what(), std::string(error.hint())));
}

base::Error missing_table(const snow::TableAddress& table, const std::string& hint) {
  return {
      ErrorKind::unavailable,
      "could not find table " + snow::sql_name(table) + ": it does not exist or is not ours to see",
      hint};
}

bool same_shape(const snow::TableDescription& left, const snow::TableDescription& right) noexcept {
  return std::equal(
      left.columns.begin(),
      left.columns.end(),
      right.columns.begin(),
      right.columns.end(),
      [](const auto& a, const auto& b) { return a.name == b.name && a.type == b.type; });
}

TableKeeper::TableKeeper(TargetSettings settings, Place place, MirrorHook hook)
    : settings_(std::move(settings)), place_(std::move(place)), hook_(std::move(hook)) {
  if (!hook_) hook_ = [](snow::SqlApi&, const snow::TableAddress&, bool) {};
}

void TableKeeper::describe(snow::SqlApi& api, const TableIdentity& table, TableState& state) const {
  auto found = snow::describe_table(api, table.table);
  snow::TableDescription description = found ? std::move(*found) : snow::TableDescription{};
  if (!same_shape(description, state.description)) state.followed.clear();
  state.description = std::move(description);
}

std::vector<TargetColumn> TableKeeper::columns_of(const TableIdentity& table,
                                                  const event::TableSchema& schema) const {
  return target_columns(schema, {table.name, settings_.types, table.constants});
}

TableState TableKeeper::prepare(snow::SqlApi& api,
                                const TableIdentity& table,
                                const std::optional<event::TableSchema>& schema) const {
  TableState state;
  try {
    find_or_make(api, table, schema, state);
  } catch (const base::Error& error) {
    refused(state, error);
  }
  if (!state.broken.empty() || !schema || settles(table, state, *schema)) return state;
  return follow(api, table, std::move(state), *schema);
}

void TableKeeper::find_or_make(snow::SqlApi& api,
                               const TableIdentity& table,
                               const std::optional<event::TableSchema>& schema,
                               TableState& state) const {
  describe(api, table, state);
  if (!state.has_table()) {
    if (!settings_.create)
      throw missing_table(table.table, "--create makes it from the schema line.");
    if (!schema && settings_.rows.layout != Layout::variant) {
      throw missing_table(table.table,
                          "No schema line for " + table.source.first + "." + table.source.second +
                              " came, so it cannot be created.");
    }
    create(api, table, schema.value_or(event::TableSchema{}), state);
  }
  if (settings_.rows.layout != Layout::journal || !state.broken.empty()) return;
  state.key = names_of_key(columns_of_journal(state.description));
  prepare_mirror(api, table, schema, state);
}

void TableKeeper::create(snow::SqlApi& api,
                         const TableIdentity& table,
                         const event::TableSchema& schema,
                         TableState& state) const {
  std::string sql;
  try {
    switch (settings_.rows.layout) {
      case Layout::journal:
        sql = create_journal_sql(table.table, columns_of(table, schema));
        break;
      case Layout::columns:
        sql = create_columns_sql(table.table, columns_of(table, schema));
        break;
      case Layout::variant:
        sql = create_variant_sql(table.table);
        break;
    }
  } catch (const base::Error& error) {
    if (error.kind() != ErrorKind::config) throw;
    state.broken = error.what();  // its columns have no place: its rows alone are bad
    return;
  }
  api.run(sql);
  log::info("created table " + snow::sql_name(table.table));
  state.fresh = true;
  describe(api, table, state);
}

void TableKeeper::prepare_mirror(snow::SqlApi& api,
                                 const TableIdentity& table,
                                 const std::optional<event::TableSchema>& schema,
                                 TableState& state) const {
  if (!settings_.create && !settings_.needs_mirror) return;
  const snow::TableAddress mirror = address(table.name);
  if (schema && schema->key.empty()) {
    log::warning("table " + snow::sql_name(mirror) + " has no key: only its journal is written");
    return;
  }
  if (const auto present = snow::describe_table(api, mirror)) {
    if (state.key.empty()) state.key = present->primary_key();
    state.mergeable = true;
    return;
  }
  if (!settings_.create || !schema) {
    throw missing_table(
        mirror, "--create makes it from the schema line; --merge-every never does without it.");
  }
  api.run(create_state_sql(address(kStateTable)));
  const MirrorShape shape{settings_.soft_deletes, settings_.create_template};
  api.run(create_mirror_sql(mirror, columns_of(table, *schema), shape));
  log::info("created table " + snow::sql_name(mirror));
  state.mergeable = true;
  hook_(api, mirror, true);
}

// One statement for each change that the source's columns ask for.
TableKeeper::Change TableKeeper::change_for(const TableState& state,
                                            const std::vector<TargetColumn>& columns) const {
  Change change;
  for (const TargetColumn& column : columns) {
    const snow::TableColumn* present = state.description.find(column.name);
    if (present == nullptr && settings_.adds_columns) {
      change.clauses.push_back(add_column_clause(column));
    } else if (present == nullptr) {
      change.broken = "column \"" + column.name + "\" is not in the target table";
    } else if (const auto needed = snow::parse_column_type(column.type);
               !snow::can_hold(present->parsed, needed)) {
      const std::string wider = snow::widened_type(present->parsed, needed);
      if (settings_.adds_columns && !wider.empty()) {
        change.clauses.push_back(widen_column_clause(column.name, wider));
      } else {
        change.broken = "column \"" + column.name + "\" is " + present->type +
                        " in the target, and " + column.type + " is needed";
      }
    }
  }
  return change;
}

bool TableKeeper::settles(const TableIdentity& table,
                          TableState& state,
                          const event::TableSchema& schema) const {
  for (const auto& [known, result] : state.followed) {
    if (known == schema) {
      state.broken = result;
      state.failure.reset();
      return true;
    }
  }
  state.broken.clear();
  state.failure.reset();
  if (settings_.rows.layout == Layout::variant) return true;
  std::vector<TargetColumn> columns;
  try {
    columns = columns_of(table, schema);
  } catch (const base::Error& error) {
    state.broken = error.what();
    return true;
  }
  if (!state.key.empty() && names_of_key(columns) != state.key) {
    state.broken = "its key has changed at the source; make the tables anew, or use another name";
    return true;
  }
  const Change change = change_for(state, columns);
  if (!change.clauses.empty() || !change.broken.empty()) return false;
  state.followed.emplace_back(schema, "");
  return true;
}

void TableKeeper::alter(snow::SqlApi& api,
                        const TableIdentity& table,
                        const TableState& state,
                        const std::vector<std::string>& clauses) const {
  for (const std::string& clause : clauses) {
    api.run("ALTER TABLE " + snow::sql_name(table.table) + " " + clause);
    if (state.mergeable)
      api.run("ALTER TABLE " + snow::sql_name(address(table.name)) + " " + clause);
    log::info("altered table " + snow::sql_name(table.table) + ": " + clause);
  }
  if (state.mergeable) hook_(api, address(table.name), false);
}

TableState TableKeeper::follow(snow::SqlApi& api,
                               const TableIdentity& table,
                               TableState state,
                               const event::TableSchema& schema) const {
  try {
    const std::vector<TargetColumn> columns = columns_of(table, schema);
    describe(api, table, state);  // somebody else may have changed it already
    const Change change = change_for(state, columns);
    if (!change.clauses.empty() && change.broken.empty()) {
      alter(api, table, state, change.clauses);
      describe(api, table, state);
    }
    state.broken = change.broken;
    state.followed.emplace_back(schema, change.broken);
  } catch (const base::Error& error) {
    refused(state, error);
  }
  return state;
}

}  // namespace cdckit::snow_put
