// A run of change events that is applied as a set; when the server refuses it, in smaller and
// smaller pieces, until the events that cannot be applied are known and rejected. Works inside the
// loader's transaction, on lines that the loader keeps.
#pragma once

#include "common/event/event.hpp"
#include "tools/pg-load/batch/line_store.hpp"
#include "tools/pg-load/batch/rejects.hpp"
#include "tools/pg-load/events/event_tables.hpp"
#include "tools/pg-load/target/position_store.hpp"
#include "tools/pg-load/target/session.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cdckit::pg_load {

class CollectedRun {
 public:
  CollectedRun(Session& session,
               EventTables& tables,
               PositionStore& positions,
               Rejects& rejects,
               const LineStore& lines)
      : session_(session),
        tables_(tables),
        positions_(positions),
        rejects_(rejects),
        lines_(lines) {}

  // Adds an event; a bad one is rejected.
  FoldStatus fold(std::uint64_t line_number, const event::Event& event);
  // Collects lines [from, to) from their beginning.
  void fold_again(std::uint64_t from, std::uint64_t to);
  // Applies what was collected, which are lines [from, to) of the store.
  void apply(std::uint64_t from, std::uint64_t to);
  void discard();

  EventTable& table_of(const event::Event& event);
  // Where the last picture of the table ends, from the target's own records.
  void know_horizon(EventTable& table);
  // The event is part of a picture that was applied.
  [[nodiscard]] bool in_picture(const EventTable& table, const event::Event& event) const;
  void reject(std::uint64_t line_number,
              EventTable& table,
              const std::string& reason,
              const std::string& code);

 private:
  void apply_collected();
  bool try_range(std::uint64_t from, std::uint64_t to);
  void split(std::uint64_t from, std::uint64_t to);
  void fold_range(std::uint64_t from, std::uint64_t to);
  std::vector<Receipt> receipts();
  void restore(const std::vector<Receipt>& receipts);

  Session& session_;
  EventTables& tables_;
  PositionStore& positions_;
  Rejects& rejects_;
  const LineStore& lines_;
  EventTable* last_table_ = nullptr;  // of fold()
  std::uint64_t last_number_ = 0;
};

}  // namespace cdckit::pg_load
