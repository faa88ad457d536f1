// Finishes lines of op r that jobs have made before anybody knew their place: the ordinal in `pos`
// and Debezium's word in `source.snapshot`. Pure.
#pragma once

#include "tools/walcat/snapshot/batch_queues.hpp"

#include <cstdint>
#include <string_view>

namespace cdckit::walcat {

// What every line says until its place is known.
inline constexpr std::string_view kWordInside = "true";

struct RowPlace {
  bool first_of_all = false;
  bool first_in_table = false;
  bool last_in_table = false;
  bool last_of_all = false;
};
// Debezium's words, and which wins when a row is several of them.
std::string_view snapshot_word(const RowPlace& place) noexcept;

// The lines get the ordinals behind `last`, which is then the last one given.
void number_lines(Batch& batch, std::uint64_t& last);
// The first line is `place.first_*`, the last one `place.last_*`; all others are inside.
void place_lines(Batch& batch, const RowPlace& place);
// Only the first `count` lines stay.
void keep_lines(Batch& batch, std::uint64_t count);

}  // namespace cdckit::walcat
