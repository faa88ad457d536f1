#include "tools/snow-put/rows/guessed_columns.hpp"

#include "common/ndjson/text.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-put/rows/journal.hpp"

#include <algorithm>

namespace cdckit::snow_put {

namespace {

constexpr std::size_t kLongestName = 255;

bool can_be_a_column(const std::string& name) {
  return !name.empty() && name.size() <= kLongestName && !is_metadata_name(name) &&
         name != kRecordMetadata;
}

}  // namespace

GuessedColumns::Kind GuessedColumns::kind_of(std::string_view token) noexcept {
  switch (token.front()) {
    case 'n':
      return Kind::nothing;
    case 't':
    case 'f':
      return Kind::boolean;
    case '"':
      return Kind::text;
    case '{':
    case '[':
      return Kind::document;
    default:
      return token.find_first_of(".eE") == std::string_view::npos ? Kind::integer : Kind::real;
  }
}

GuessedColumns::Kind GuessedColumns::both(Kind one, Kind other) noexcept {
  if (one == other || other == Kind::nothing) return one;
  if (one == Kind::nothing) return other;
  const bool numbers = (one == Kind::integer || one == Kind::real) &&
                       (other == Kind::integer || other == Kind::real);
  return numbers ? Kind::real : Kind::document;
}

// Members come in the same order row after row.
void GuessedColumns::see(const event::Event& row) {
  const bool from_kafka = !ndjson::find_member({row.line, row.row_members}, "kafka").empty();
  ndjson::ObjectCursor cursor({row.line, row.row_members});
  ndjson::Member member;
  for (std::size_t place = 0; cursor.next(member); ++place) {
    if (from_kafka && event::is_our_member(member.name)) continue;
    auto guess = guesses_.begin() + static_cast<std::ptrdiff_t>(std::min(place, guesses_.size()));
    if (guess == guesses_.end() || guess->member != member.name) {
      guess = std::find_if(guesses_.begin(), guesses_.end(), [&](const Guess& known) {
        return known.member == member.name;
      });
    }
    if (guess == guesses_.end())
      guess = guesses_.insert(guess, {std::string(member.name), Kind::nothing});
    guess->kind = both(guess->kind, kind_of(member.value));
  }
}

const char* GuessedColumns::type_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::boolean:
      return "BOOLEAN";
    case Kind::integer:
      return "NUMBER(38,0)";
    case Kind::real:
      return "FLOAT";
    case Kind::text:
      return "VARCHAR";
    default:
      return "VARIANT";
  }
}

// Names that are one column ("a" and "A") are taken together: a row that has both is a bad one. So
// is one whose member no column can be called after.
std::vector<std::pair<std::string, std::string>> GuessedColumns::columns() const {
  std::vector<std::pair<std::string, Kind>> kinds;
  for (const Guess& guess : guesses_) {
    if (guess.kind == Kind::nothing) continue;
    std::string member;
    ndjson::append_unescaped(member, "\"" + guess.member + "\"");
    const std::string name = snow::column_name(member);
    if (!can_be_a_column(name)) continue;
    const auto known = std::find_if(
        kinds.begin(), kinds.end(), [&](const auto& one) { return one.first == name; });
    if (known == kinds.end()) {
      kinds.emplace_back(name, guess.kind);
    } else {
      known->second = both(known->second, guess.kind);
    }
  }
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [name, kind] : kinds) out.emplace_back(name, type_of(kind));
  return out;
}

}  // namespace cdckit::snow_put
