#include "common/pipe/positions.hpp"

#include "common/base/check.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace cdckit::pipe {

std::uint64_t Positions::limit() const noexcept {
  if (!hold_) return std::numeric_limits<std::uint64_t>::max();
  return std::max(hold_->order, told_.order);
}

void Positions::reached(Position position) {
  reached_ = true;
  if (position.order > limit()) {
    held_back_ = std::move(position);
    position = hold_->order >= told_.order ? *hold_ : told_;
  }
  if (position.order < newest_.order) return;
  newest_ = std::move(position);
}

// On an idle server no later position may come that would take the one held back along.
void Positions::hold(std::optional<Position> position) {
  hold_ = std::move(position);
  if (auto held = std::exchange(held_back_, std::nullopt)) reached(std::move(*held));
}

std::uint64_t Positions::tell() {
  base::require_invariant(newest_.order <= limit(), "no checkpoint passes a position that is held");
  base::require_invariant(newest_.order >= told_.order, "positions that are told only grow");
  const std::uint64_t rows = untold_rows();
  told_ = newest_;
  told_rows_ = rows_;
  return rows;
}

}  // namespace cdckit::pipe
