#include "common/ndjson/familiar_tail.hpp"

#include <algorithm>
#include <cstring>

namespace cdckit::ndjson {
namespace {

constexpr std::size_t kStep = 256;
constexpr char kEqual = '\xff';

bool is_digit(char c) noexcept {
  return static_cast<unsigned char>(c - '0') < 10;
}

// Written so that compilers make vectors of it.
bool differ(const char* one, const char* other, const char* fixed, std::size_t size) noexcept {
  unsigned char bad = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(one[i]);
    const auto digit = static_cast<unsigned char>(byte - '0');
    const auto no_digit = static_cast<unsigned char>(digit < 10 ? 0 : 0xff);
    const auto change = static_cast<unsigned char>(byte ^ static_cast<unsigned char>(other[i]));
    bad |= static_cast<unsigned char>(change & (static_cast<unsigned char>(fixed[i]) | no_digit));
  }
  return bad != 0;
}

}  // namespace

bool FamiliarTail::same(const End& end, const char* tail) noexcept {
  const std::size_t size = end.text.size();
  for (std::size_t at = 0; at < size; at += kStep) {
    const std::size_t length = std::min(kStep, size - at);
    if (differ(tail + at, end.text.data() + at, end.fixed.data() + at, length)) return false;
  }
  return true;
}

std::size_t FamiliarTail::match(std::string_view line) noexcept {
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    const std::size_t size = ends_[i].text.size();
    if (size == 0) break;
    if (line.size() <= size) continue;
    const char* const tail = line.data() + (line.size() - size);
    if (std::memcmp(tail, kFirst.data(), kFirst.size()) != 0 || !same(ends_[i], tail)) continue;
    std::rotate(ends_.begin(),
                ends_.begin() + static_cast<std::ptrdiff_t>(i),
                ends_.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    strangers_ = 0;
    return size;
  }
  return 0;
}

void FamiliarTail::fill(const char* tail, FoundMember* members) const noexcept {
  for (const Place& place : ends_[0].members) {
    members->name = {tail + place.name.offset, place.name.size};
    members->value = {tail + place.value.offset, place.value.size};
    members->plain = place.plain;
    members->inside = place.inside;
    ++members;
  }
}

// Where every line is another, learning costs more than it can bring.
bool FamiliarTail::worth_learning() noexcept {
  constexpr std::uint64_t kFew = 32;
  ++strangers_;
  return strangers_ <= kFew || strangers_ % kFew == 0;
}

void FamiliarTail::learn(std::string_view line, FoundMembers members) {
  constexpr std::size_t kBefore = 2;  // comma and quote
  std::size_t first = 0;
  while (first < members.size() && members[first].name != "source")
    first += 1 + members[first].inside;
  if (first == 0 || first >= members.size() || !worth_learning()) return;
  const char* const begin = members[first].name.data() - kBefore;
  const std::string_view text = line.substr(static_cast<std::size_t>(begin - line.data()));
  if (text.size() < kLeast || text.size() > kMost || !text.starts_with(kFirst) ||
      text.find("\\u") != std::string_view::npos)
    return;
  std::rotate(ends_.begin(), ends_.end() - 1, ends_.end());
  End& end = ends_[0];
  learn_text(end, text);
  end.members.clear();
  const auto slice = [begin](std::string_view part) {
    return Slice{static_cast<std::uint32_t>(part.data() - begin),
                 static_cast<std::uint32_t>(part.size())};
  };
  for (const FoundMember& member : members.subspan(first)) {
    end.members.push_back({slice(member.name), slice(member.value), member.inside, member.plain});
  }
}

void FamiliarTail::learn_text(End& end, std::string_view text) {
  end.text.assign(text);
  end.fixed.assign(text.size(), kEqual);
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (is_digit(text[i]) && is_digit(text[i - 1])) end.fixed[i] = 0;
  }
}

}  // namespace cdckit::ndjson
