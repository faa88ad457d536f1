// The one table of plain rows: found, made of what the first rows show, grown when later ones show
// more.
// tested by tests/integration/snow-put/test_rows.py::test_a_table_is_made_of_what_the_rows_show
#include "common/log/log.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-put/target/table_keeper.hpp"

namespace cdckit::snow_put {

TableState TableKeeper::prepare_rows(snow::SqlApi& api, const TableIdentity& table) const {
  TableState state;
  const bool variant = settings_.rows.layout == Layout::variant;
  try {
    describe(api, table, state);
    if (!state.has_table() && settings_.create && variant) {
      api.run(create_variant_sql(table.table));
      describe(api, table, state);
    }
    if (!state.has_table() && (!settings_.create || variant))
      throw missing_table(table.table, "--create makes it of what the rows show.");
  } catch (const base::Error& error) {
    refused(state, error);
  }
  return state;
}

TableState TableKeeper::create_for_rows(snow::SqlApi& api,
                                        const TableIdentity& table,
                                        const GuessedColumns& guessed) const {
  TableState state;
  std::vector<TargetColumn> columns;
  for (const auto& [name, type] : guessed.columns()) columns.push_back({name, type});
  try {
    api.run(create_columns_sql(table.table, columns));
    log::info("created table " + snow::sql_name(table.table) + " of what its first rows show");
    describe(api, table, state);
  } catch (const base::Error& error) {
    refused(state, error);
  }
  return state;
}

std::vector<std::string> TableKeeper::clauses_for(const TableState& state,
                                                  const GuessedColumns& guessed) const {
  std::vector<std::string> clauses;
  for (const auto& [name, type] : guessed.columns()) {
    if (state.description.find(name) == nullptr) clauses.push_back(add_column_clause({name, type}));
  }
  return clauses;
}

bool TableKeeper::lacks_columns(const TableState& state, const GuessedColumns& guessed) const {
  return settings_.adds_columns && settings_.rows.layout != Layout::variant &&
         !clauses_for(state, guessed).empty();
}

TableState TableKeeper::grow(snow::SqlApi& api,
                             const TableIdentity& table,
                             TableState state,
                             const GuessedColumns& guessed) const {
  try {
    describe(api, table, state);  // somebody else may have added them already
    alter(api, table, state, clauses_for(state, guessed));
    describe(api, table, state);
  } catch (const base::Error& error) {
    refused(state, error);
  }
  return state;
}

}  // namespace cdckit::snow_put
