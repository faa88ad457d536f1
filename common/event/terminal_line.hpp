// How a change looks on a terminal: a word and a colour for each op, values that are cut, and no
// byte that steers the terminal. Shared by all that print changes for people. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cdckit::event::terminal {

inline constexpr std::size_t kLongest = 80;  // bytes of a value
inline constexpr std::string_view kDim = "\033[2m";
inline constexpr std::string_view kBold = "\033[1m";
inline constexpr std::string_view kRed = "\033[31m";
inline constexpr std::string_view kGreen = "\033[32m";
inline constexpr std::string_view kYellow = "\033[33m";
inline constexpr std::string_view kBlue = "\033[34m";
inline constexpr std::string_view kPlain = "\033[0m";

struct Word {
  std::string_view text;  // padded to one width
  std::string_view color;
};

// `op`: as the member of that name has it.
Word word_of(char op);
// What stands from `begin` on is cut to kLongest bytes, at the border of a character.
void cut(std::string& out, std::size_t begin);
// JSON escapes what lies below the blank. The C1 controls (U+0080 to U+009F) and DEL are left,
// which terminals obey too.
void disarm(std::string& out, std::size_t begin);
// Appends the text, in the colour if colours are wanted.
void paint(std::string& out, std::string_view text, std::string_view color, bool wanted);

}  // namespace cdckit::event::terminal
