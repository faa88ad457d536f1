#include "tools/pg-load/events/held_half.hpp"

namespace cdckit::pg_load {

bool is_second_half(const event::Event& event) noexcept {
  return event.op == 'c' && !event.old_key.empty();
}

void HeldHalf::put(std::uint64_t line_number, std::uint64_t index, const event::Event& event) {
  line_.assign(event.line);
  new_key_.assign(event.new_key);
  position_ = event::parse_position(event.pos);
  line_number_ = line_number;
  index_ = index;
}

bool HeldHalf::completed_by(const event::Event& second) const {
  if (!is_second_half(second)) return false;
  if (second.kafka.empty()) return true;
  if (empty() || !position_ || new_key_ != second.key) return false;
  const event::Position next{.lsn = position_->lsn, .ordinal = position_->ordinal + 1};
  return event::parse_position(second.pos) == next;
}

}  // namespace cdckit::pg_load
