// Tables that the source emptied, one line each, until another event comes: they are emptied
// together, as the source did, since tables that refer to each other cannot be emptied one by one.
// For the thread that owns the session; throws what the server says.
#pragma once

#include "common/event/event.hpp"
#include "common/event/source.hpp"
#include "tools/pg-load/events/event_tables.hpp"
#include "tools/pg-load/events/target_owners.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cdckit::pg_load {

class Truncates {
 public:
  struct Refused {
    std::uint64_t line_number = 0;
    std::uint32_t oid = 0;
    std::string reason;
  };

  void add(std::uint64_t line_number, const EventTable& table, const event::Event& event);
  void clear() noexcept { waiting_.clear(); }
  [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }
  // Empties them. Back come those of tables that hold rows of other source tables, too.
  std::vector<Refused> settle(pg::Connection& connection,
                              const EventTables& tables,
                              TargetOwners& owners);

 private:
  struct Waiting {
    std::uint64_t line_number = 0;
    std::uint32_t oid = 0;
    std::string source;  // schema.table
  };
  [[nodiscard]] std::vector<std::string> sources_of(std::uint32_t oid) const;

  std::vector<Waiting> waiting_;
  event::SourceReader reader_;
};

}  // namespace cdckit::pg_load
