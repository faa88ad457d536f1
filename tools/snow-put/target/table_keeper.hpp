// How a target's table is looked at, made and brought in step with its source, through the SQL API.
// Holds nothing but settings: any thread with a SqlApi of its own may call it, and gets a new state
// for the one that it gives.
// What the service refuses stops that table alone: it is in the state. Thrown is what concerns all
// of them: a login that is not taken, a server that stays away.
#pragma once

#include "common/snow/sql_api.hpp"
#include "tools/snow-put/rows/guessed_columns.hpp"
#include "tools/snow-put/rows/journal.hpp"
#include "tools/snow-put/target/table_state.hpp"
#include "tools/snow-put/target/target_settings.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::snow_put {

// A mirror was made or has changed: what stands beside it is made anew. Must not throw SqlError.
using MirrorHook =
    std::function<void(snow::SqlApi& api, const snow::TableAddress& mirror, bool is_new)>;

class TableKeeper {
 public:
  TableKeeper(TargetSettings settings, Place place, MirrorHook hook = {});

  // The state of a table that events go to: found, or made from the schema.
  [[nodiscard]] TableState prepare(snow::SqlApi& api,
                                   const TableIdentity& table,
                                   const std::optional<event::TableSchema>& schema) const;
  // Without asking anybody: true when the state fits the schema, or nothing can make it fit.
  bool settles(const TableIdentity& table,
               TableState& state,
               const event::TableSchema& schema) const;
  // Otherwise, behind a barrier: the table is altered.
  [[nodiscard]] TableState follow(snow::SqlApi& api,
                                  const TableIdentity& table,
                                  TableState state,
                                  const event::TableSchema& schema) const;
  // The table of plain rows: found; made of what the first ones show; grown.
  [[nodiscard]] TableState prepare_rows(snow::SqlApi& api, const TableIdentity& table) const;
  [[nodiscard]] TableState create_for_rows(snow::SqlApi& api,
                                           const TableIdentity& table,
                                           const GuessedColumns& guessed) const;
  [[nodiscard]] bool lacks_columns(const TableState& state, const GuessedColumns& guessed) const;
  [[nodiscard]] TableState grow(snow::SqlApi& api,
                                const TableIdentity& table,
                                TableState state,
                                const GuessedColumns& guessed) const;

  [[nodiscard]] const TargetSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] const Place& place() const noexcept { return place_; }
  [[nodiscard]] snow::TableAddress address(const std::string& table) const {
    return {place_.database, place_.schema, table};
  }

 private:
  struct Change {
    std::vector<std::string> clauses;
    std::string broken;  // what no clause can do
  };

  void describe(snow::SqlApi& api, const TableIdentity& table, TableState& state) const;
  void find_or_make(snow::SqlApi& api,
                    const TableIdentity& table,
                    const std::optional<event::TableSchema>& schema,
                    TableState& state) const;
  void create(snow::SqlApi& api,
              const TableIdentity& table,
              const event::TableSchema& schema,
              TableState& state) const;
  void prepare_mirror(snow::SqlApi& api,
                      const TableIdentity& table,
                      const std::optional<event::TableSchema>& schema,
                      TableState& state) const;
  void alter(snow::SqlApi& api,
             const TableIdentity& table,
             const TableState& state,
             const std::vector<std::string>& clauses) const;
  [[nodiscard]] Change change_for(const TableState& state,
                                  const std::vector<TargetColumn>& columns) const;
  [[nodiscard]] std::vector<std::string> clauses_for(const TableState& state,
                                                     const GuessedColumns& guessed) const;
  [[nodiscard]] std::vector<TargetColumn> columns_of(const TableIdentity& table,
                                                     const event::TableSchema& schema) const;

  TargetSettings settings_;
  Place place_;
  MirrorHook hook_;
};

}  // namespace cdckit::snow_put
