// A change of key is two lines: a `d` with new_key, then a `c` with old_key. Keeps the first until
// it is known whether the second follows. Owns a copy of the line; throws nothing but bad_alloc.
#pragma once

#include "common/event/event.hpp"
#include "common/event/position.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace cdckit::pg_load {

// A `c` that is the second half of a change of key.
[[nodiscard]] bool is_second_half(const event::Event& event) noexcept;

class HeldHalf {
 public:
  // `index`: the owner's, of the line.
  void put(std::uint64_t line_number, std::uint64_t index, const event::Event& event);
  void clear() noexcept { line_.clear(); }
  [[nodiscard]] bool empty() const noexcept { return line_.empty(); }
  [[nodiscard]] const std::string& line() const noexcept { return line_; }
  [[nodiscard]] std::uint64_t line_number() const noexcept { return line_number_; }
  [[nodiscard]] std::uint64_t index() const noexcept { return index_; }

  // Whether this second half moves the row under its old_key. In a stream it always does: the
  // halves are neighbours. In Kafka each lies in the partition of its own key: unless the first
  // half was read just before, the row under old_key may be an older or a newer one than the row
  // that moved.
  [[nodiscard]] bool completed_by(const event::Event& second) const;

 private:
  std::string line_;
  std::string new_key_;
  std::optional<event::Position> position_;
  std::uint64_t line_number_ = 0;
  std::uint64_t index_ = 0;
};

}  // namespace cdckit::pg_load
