// Near misses: which of the words that would do somebody meant. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cdckit::cli {

// The word at most two letters away from what was typed (one where it is short), the nearest first;
// empty when none is.
std::string nearest(std::string_view typed, const std::vector<std::string>& words);
// "Did you mean X?", or nothing.
std::string near_miss_hint(std::string_view typed, const std::vector<std::string>& words);
// The same in front of what helps anyway, each a sentence on a line of its own.
std::string near_miss_first(std::string_view typed,
                            const std::vector<std::string>& words,
                            const std::string& hint);
// "a, b, c"
std::string joined(const std::vector<std::string>& words);

}  // namespace cdckit::cli
