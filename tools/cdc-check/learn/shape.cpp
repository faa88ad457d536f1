#include "tools/cdc-check/learn/shape.hpp"

#include <algorithm>

namespace cdckit::cdc_check {
namespace {

constexpr std::size_t kMostRuns = 24;

char class_of(char c) noexcept {
  if (c >= '0' && c <= '9') return '9';
  if (c >= 'a' && c <= 'z') return 'a';
  if (c >= 'A' && c <= 'Z') return 'A';
  return c;
}

std::string set_of(char letter) {
  if (letter == '9') return "\\d";
  if (letter == 'a') return "[a-z]";
  if (letter == 'A') return "[A-Z]";
  const bool special = std::string_view("\\.+*?()|[]{}^$-").find(letter) != std::string_view::npos;
  return (special && letter != '-' ? "\\" : "") + std::string(1, letter);
}

}  // namespace

bool Shape::add(std::string_view text) {
  if (!common_) return false;
  std::vector<Run> runs;
  for (const char c : text) {
    const char letter = class_of(c);
    const bool printable = c >= ' ' && c < 0x7f;
    if (!printable) return common_ = false;
    if (runs.empty() || runs.back().letter != letter) runs.push_back({letter, 0, 0});
    ++runs.back().least;
    ++runs.back().most;
  }
  if (runs.empty() || runs.size() > kMostRuns) return common_ = false;
  if (!any_) {
    any_ = true;
    runs_ = std::move(runs);
    return true;
  }
  if (runs.size() != runs_.size()) return common_ = false;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (runs[i].letter != runs_[i].letter) return common_ = false;
    runs_[i].least = std::min(runs_[i].least, runs[i].least);
    runs_[i].most = std::max(runs_[i].most, runs[i].most);
  }
  return true;
}

std::string Shape::pattern() const {
  if (!common_ || !any_) return "";
  std::string out = "^";
  for (const Run& run : runs_) {
    out += set_of(run.letter);
    if (run.least != run.most) {
      out += '{' + std::to_string(run.least) + ',' + std::to_string(run.most) + '}';
    } else if (run.least > 1) {
      out += '{' + std::to_string(run.least) + '}';
    }
  }
  return out + '$';
}

}  // namespace cdckit::cdc_check
