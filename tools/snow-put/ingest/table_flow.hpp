// What has to happen before rows of a table can go on: it is looked at or made, its channels are
// opened; it is altered when its source's shape has changed, behind a barrier: what is on its way
// is sent and committed first, channels are opened anew behind it. Meanwhile the table's lines are
// parked; other tables' lines pass. The thread that reads stdin.
//
//   unknown -> asked -> settled <-> draining -> asked -> reopening -> settled
#pragma once

#include "common/event/schema.hpp"
#include "tools/snow-put/ingest/channels.hpp"
#include "tools/snow-put/rows/parked_lines.hpp"
#include "tools/snow-put/target/sql_owner.hpp"
#include "tools/snow-put/target/target_catalog.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <string_view>
#include <vector>

namespace cdckit::snow_put {

class TableFlow {
 public:
  // Takes a parked line; false: its channel is not open yet, it stays the first.
  using Take = std::function<bool(const ParkedLine& line)>;

  TableFlow(TargetCatalog& catalog, Channels& channels, SqlOwner& sql, Take take);

  // False: park it.
  [[nodiscard]] static bool takes(const Shards& shards) noexcept {
    return shards.ready && !shards.target->busy;
  }
  [[nodiscard]] bool has_room(std::size_t bytes) const noexcept;
  void park(Target& target, std::uint64_t line, std::uint64_t sequence, std::string_view text);
  // A schema line: its table is made or follows, behind the lines that wait.
  void learn(const event::TableSchema& schema);
  // The table of plain rows is looked at.
  void look_at(Target& target) { advance(target); }
  // It lacks columns that plain rows have: false when none may be added.
  bool grow(Target& target, const GuessedColumns& guessed);
  // It is made of what its first rows show; they wait for it.
  void create_for_rows(Target& target, const GuessedColumns& guessed, std::vector<ParkedLine> rows);

  // Goes on with what news made possible. Not from inside itself.
  void advance();
  // Nothing is parked, nothing under way.
  [[nodiscard]] bool idle() const noexcept;
  // Number of the oldest row that is parked; max: none.
  [[nodiscard]] std::uint64_t oldest() const noexcept;

 private:
  static constexpr std::uint64_t kNothing = std::numeric_limits<std::uint64_t>::max();
  enum class Step { unknown, asked, draining, reopening, settled };
  struct Flow {
    Step step = Step::unknown;
    ParkedLines lines;
    // Alters the table once it is drained.
    std::function<TableState(snow::SqlApi&, TableIdentity, TableState)> change;
    std::chrono::steady_clock::time_point since;
    bool said = false;  // that it is waited for
  };

  Flow& flow_of(Target& target);
  void advance(Target& target);
  bool step(Target& target, Flow& flow);
  void ask(Target& target, Flow& flow, std::function<TableState(snow::SqlApi&)> work);
  void answered(Target& target, TableState state);
  void follow(Target& target, Flow& flow, const event::TableSchema& schema);
  void change(Target& target,
              std::function<TableState(snow::SqlApi&, TableIdentity, TableState)> work);
  bool release(Target& target, Flow& flow);
  void say_who_waits(const Target& target, Flow& flow) const;

  TargetCatalog& catalog_;
  Channels& channels_;
  SqlOwner& sql_;
  Take take_;
  std::map<Target*, Flow> flows_;
  std::set<snow::TableAddress> at_work_;  // two sources may share a table
  std::size_t parked_bytes_ = 0;
  std::uint64_t taking_ = kNothing;  // the parked row that is on its way into a batch
  bool advancing_ = false;
};

}  // namespace cdckit::snow_put
