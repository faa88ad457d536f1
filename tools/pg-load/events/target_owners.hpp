// Keeps the tables of several sources from deleting each other's rows in one table of the target: a
// picture deletes what it lacks, a TRUNCATE all. Sound is what one picture holds: the partitions of
// one root. For the thread that owns the session; throws config (78) with both names, else what the
// server says.
#pragma once

#include "common/event/control.hpp"
#include "tools/pg-load/events/event_tables.hpp"
#include "tools/pg-load/target/position_store.hpp"
#include "tools/pg-load/target/source_tables.hpp"

#include <string>
#include <vector>

namespace cdckit::pg_load {

// The border of a table that is alone in its picture, while --map sends another one to the same
// target: throws.
void require_alone(const Options& options, const TargetTable& target, const event::Control& border);

class TargetOwners {
 public:
  TargetOwners(const Options& options, EventTables& tables, PositionStore& positions)
      : options_(options), tables_(tables), positions_(positions) {}

  // The border of a picture: refuses one that would delete rows which are not its own.
  void require_own(pg::Connection& connection,
                   const EventTable& table,
                   const event::Control& border);
  // Whether all rows of the table come from these source tables, of this database.
  [[nodiscard]] bool covers(pg::Connection& connection,
                            const EventTable& table,
                            const std::vector<std::string>& names);
  // Sets what the next commit is to store of the tables in use.
  void note();

 private:
  struct Owner {
    std::string source;
    std::vector<SourceTable> tables;
  };
  void refuse_known(const EventTable& table, const SourceTable& picture) const;
  void begin(pg::Connection& connection, const EventTable& table, const SourceTable& picture);
  [[nodiscard]] std::vector<Owner> others(pg::Connection& connection,
                                          const EventTable& table) const;
  void refuse_stored(const EventTable& table,
                     const SourceTable& picture,
                     const std::vector<Owner>& others);

  const Options& options_;
  EventTables& tables_;
  PositionStore& positions_;
};

}  // namespace cdckit::pg_load
