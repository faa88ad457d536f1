#include "common/cli/nearest.hpp"

#include <algorithm>

namespace cdckit::cli {

namespace {

// Letters added, left out, changed, or two neighbours that changed places.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> at(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) at[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) at[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      at[i][j] = std::min({at[i - 1][j] + 1,
                           at[i][j - 1] + 1,
                           at[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) at[i][j] = std::min(at[i][j], at[i - 2][j - 2] + 1);
    }
  }
  return at[a.size()][b.size()];
}

}  // namespace

std::string nearest(std::string_view typed, const std::vector<std::string>& words) {
  constexpr std::size_t kShort = 4;
  constexpr std::size_t kLongest = 64;  // nobody means a word by a line of text
  if (typed.empty() || typed.size() > kLongest) return {};
  std::string best;
  std::size_t distance = typed.size() < kShort ? 2 : 3;
  for (const std::string& word : words) {
    const std::size_t d = edit_distance(typed, word);
    if (d >= distance) continue;
    distance = d;
    best = word;
  }
  if (!best.empty()) return best;
  // half a word: --snap for --snapshot, when only one begins so
  for (const std::string& word : words) {
    if (typed.size() < 3 || !word.starts_with(typed)) continue;
    if (!best.empty()) return {};
    best = word;
  }
  return best;
}

std::string near_miss_hint(std::string_view typed, const std::vector<std::string>& words) {
  const std::string near = nearest(typed, words);
  return near.empty() ? "" : "Did you mean " + near + "?";
}

std::string near_miss_first(std::string_view typed,
                            const std::vector<std::string>& words,
                            const std::string& hint) {
  const std::string near = near_miss_hint(typed, words);
  return near.empty() || hint.empty() ? near + hint : near + "\n" + hint;
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

}  // namespace cdckit::cli
