// How far the change events of a source were applied, kept in the target itself (cdckit.positions)
// and written in the same transaction as the rows: that is what makes exactly once.
//
// A source has parts: the stream as a whole (""), its newest checkpoint ("checkpoint"), a Kafka
// topic's partition, a table's snapshot, and who has rows in a table (source_tables.hpp).
// A position that someone else moved meanwhile is noticed and refused.
#pragma once

#include "common/event/event.hpp"
#include "common/pg/connection.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cdckit::pg_load {

// From the source member of a hello line: system_id/slot/database, or cluster/group, else as it is.
std::string source_id(std::string_view source_json);
// Two ids name the same database, by whatever slot it is read; or the same source.
[[nodiscard]] bool same_database(std::string_view left, std::string_view right) noexcept;

class PositionStore {
 public:
  // Makes the table when it is not there; reads what is known of the source.
  void open(pg::Connection& connection, const std::string& source);
  // Reads again, forgetting what was set since.
  void reload(pg::Connection& connection);
  [[nodiscard]] bool is_open() const noexcept { return !source_.empty(); }
  [[nodiscard]] const std::string& source() const noexcept { return source_; }

  // The position of a part, to be moved by its owner; empty: nothing yet. Stable reference.
  std::string& at(std::string_view part);
  // What the target itself has of a part, empty: nothing.
  [[nodiscard]] std::string stored(std::string_view part) const;
  // What other sources have stored under this part: source, text.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> of_others(
      pg::Connection& connection, const std::string& part) const;
  void forget_others(pg::Connection& connection, const std::string& part) const;
  // Takes the position of an event; false when it was applied before.
  bool advance(const event::Event& event);
  // The parts that moved since they were stored.
  struct Move {
    std::string part;
    std::string stored;
    std::string current;
  };
  using Moves = std::vector<Move>;
  [[nodiscard]] Moves moves() const;
  // Writes them. Throws temporary when the stored ones are not what they were. Positions may be
  // moved on by another thread meanwhile.
  void save(pg::Connection& connection, const Moves& moves) const;
  // The transaction with save() was committed.
  void saved(const Moves& moves);
  // It was not: back to what is stored.
  void revert();

 private:
  struct Entry {
    std::string stored;
    std::string current;
  };
  void save_part(pg::Connection& connection, const Move& move) const;

  std::string source_;
  std::map<std::string, Entry, std::less<>> parts_;
  std::string part_;      // scratch
  std::string position_;  // scratch
};

}  // namespace cdckit::pg_load
