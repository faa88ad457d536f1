#include "tools/cdc-check/values/fixed_shape.hpp"

#include <limits>

namespace cdckit::cdc_check {
namespace {

constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();
using Set = std::bitset<128>;

bool is_ascii(char c) noexcept {
  return static_cast<unsigned char>(c) < 128;
}

std::size_t index_of(char c) noexcept {
  return static_cast<unsigned char>(c);
}

void add_range(Set& set, char first, char last) {
  for (std::size_t c = index_of(first); c <= index_of(last); ++c) set.set(c);
}

// False for a letter that stands for something else (\b, \p ..).
bool add_escape(Set& set, char letter) {
  switch (letter) {
    case 'w':
      add_range(set, 'a', 'z');
      add_range(set, 'A', 'Z');
      set.set('_');
      add_range(set, '0', '9');
      return true;
    case 'd':
      add_range(set, '0', '9');
      return true;
    case 's':
      for (const char c : {' ', '\t', '\n', '\f', '\r'}) set.set(index_of(c));
      return true;
    default:
      if (!is_ascii(letter) || (letter >= '0' && letter <= '9') ||
          (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z'))
        return false;
      set.set(index_of(letter));
      return true;
  }
}

}  // namespace

class ShapeParser {
 public:
  explicit ShapeParser(std::string_view text) : rest_(text) {}

  std::optional<FixedShape> parse() {
    if (!take('^') || rest_.size() < 2 || rest_.back() != '$' || rest_[rest_.size() - 2] == '\\')
      return std::nullopt;
    rest_.remove_suffix(1);
    FixedShape shape;
    while (!rest_.empty()) {
      FixedShape::Step step;
      if (!take_set(step.allowed) || !take_count(step.least, step.most)) return std::nullopt;
      shape.steps_.push_back(step);
    }
    if (!shape.is_unambiguous()) return std::nullopt;
    shape.prepare();
    return shape;
  }

 private:
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  char next() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  bool take_set(Set& set) {
    if (take('[')) return take_class(set);
    if (take('\\')) return !rest_.empty() && add_escape(set, next());
    const char c = next();
    if (!is_ascii(c) || std::string_view(".*+?()|{}^$]").find(c) != std::string_view::npos)
      return false;
    set.set(index_of(c));
    return true;
  }

  bool take_class(Set& set) {
    if (rest_.starts_with('^') || rest_.starts_with(']')) return false;
    while (!rest_.empty()) {
      const char c = next();
      if (c == ']') return true;
      if (!is_ascii(c) || c == '[') return false;
      if (c == '\\') {
        if (rest_.empty() || !add_escape(set, next()) || rest_.starts_with('-')) return false;
      } else if (rest_.size() > 1 && rest_.front() == '-' && rest_[1] != ']') {
        rest_.remove_prefix(1);
        const char last = next();
        if (!is_ascii(last) || last < c || last == '\\' || last == '[') return false;
        add_range(set, c, last);
      } else {
        set.set(index_of(c));
      }
    }
    return false;
  }

  bool take_number(std::size_t& number) {
    if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') return false;
    number = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      number = number * 10 + static_cast<std::size_t>(next() - '0');
      if (number > 100'000) return false;
    }
    return true;
  }

  bool take_count(std::size_t& least, std::size_t& most) {
    if (take('+')) {
      most = kNoLimit;
    } else if (take('*')) {
      least = 0;
      most = kNoLimit;
    } else if (take('?')) {
      least = 0;
    } else if (take('{')) {
      if (!take_number(least)) return false;
      most = least;
      if (take(',') && !take_number(most)) most = kNoLimit;
      if (!take('}') || most < least) return false;
    }
    // lazy or doubled ones are for the engine
    return rest_.empty() || std::string_view("+*?{").find(rest_.front()) == std::string_view::npos;
  }

  std::string_view rest_;
};

std::optional<FixedShape> FixedShape::parse(std::string_view pattern) {
  return ShapeParser(pattern).parse();
}

// Taking as many as there are is right where nothing behind could have needed one of them.
bool FixedShape::is_unambiguous() const {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i].least == steps_[i].most) continue;
    for (std::size_t after = i + 1; after < steps_.size(); ++after) {
      if ((steps_[i].allowed & steps_[after].allowed).any()) return false;
      if (steps_[after].least > 0) break;
    }
  }
  return true;
}

void FixedShape::prepare() noexcept {
  for (Step& step : steps_) {
    step.fits.fill(Fit::foreign);
    for (std::size_t c = 0; c < step.allowed.size(); ++c)
      step.fits[c] = step.allowed[c] ? Fit::yes : Fit::no;
  }
}

std::optional<bool> FixedShape::matches(std::string_view text) const noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
  for (const Step& step : steps_) {
    const char* const begin = at;
    const char* const stop = static_cast<std::size_t>(end - at) > step.most ? at + step.most : end;
    while (at != stop && step.fits[index_of(*at)] == Fit::yes) ++at;
    if (at != stop && step.fits[index_of(*at)] == Fit::foreign) return std::nullopt;
    if (static_cast<std::size_t>(at - begin) < step.least) return false;
  }
  return at == end;
}

}  // namespace cdckit::cdc_check
