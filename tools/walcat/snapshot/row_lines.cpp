#include "tools/walcat/snapshot/row_lines.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"

namespace cdckit::walcat {
namespace {

constexpr std::string_view kHead = "{\"pos\":\"";
constexpr std::size_t kOrdinal = kHead.size() + 16 + 1;
constexpr std::string_view kMember = "\"snapshot\":\"";
constexpr std::string_view kMark = "\"snapshot\":\"true\",\"db\":";

// The last place where the mark stands: behind it come only names, whose quotes are escaped.
void set_word(Batch& batch, std::size_t line, std::string_view word) {
  if (word == kWordInside) return;
  const auto begin = batch.starts[line];
  const auto end = line + 1 < batch.starts.size() ? batch.starts[line + 1] : batch.lines.size();
  const auto found = batch.lines.rfind(kMark, end - kMark.size());
  if (found == std::string::npos || found < begin) {
    throw base::Error(base::ErrorKind::bug, "could not place a row: its line says no word");
  }
  batch.lines.replace(found + kMember.size(), kWordInside.size(), word);
  const auto longer = static_cast<std::uint32_t>(word.size() - kWordInside.size());
  for (auto next = line + 1; next < batch.starts.size(); ++next) batch.starts[next] += longer;
}

}  // namespace

std::string_view snapshot_word(const RowPlace& place) noexcept {
  if (place.last_of_all) return "last";
  if (place.first_of_all) return "first";
  if (place.last_in_table) return "last_in_data_collection";
  return place.first_in_table ? "first_in_data_collection" : kWordInside;
}

void number_lines(Batch& batch, std::uint64_t& last) {
  std::string digits;
  for (const auto start : batch.starts) {
    digits.clear();
    base::append_hex16(digits, ++last);
    batch.lines.replace(start + kOrdinal, digits.size(), digits);
  }
}

void place_lines(Batch& batch, const RowPlace& place) {
  const auto count = batch.starts.size();
  if (count == 0) return;
  if (count == 1) return set_word(batch, 0, snapshot_word(place));
  set_word(batch,
           count - 1,
           snapshot_word({.last_in_table = place.last_in_table, .last_of_all = place.last_of_all}));
  set_word(
      batch,
      0,
      snapshot_word({.first_of_all = place.first_of_all, .first_in_table = place.first_in_table}));
}

void keep_lines(Batch& batch, std::uint64_t count) {
  if (count >= batch.starts.size()) return;
  batch.lines.resize(batch.starts[count]);
  batch.starts.resize(count);
}

}  // namespace cdckit::walcat
