// One rule as the file has it, checked: what follows from it (patterns, expressions, schemas) is
// compiled by the rooms above, which name its places in their messages.
#pragma once

#include "tools/cdc-check/rules/node.hpp"
#include "tools/cdc-check/values/decimal.hpp"
#include "tools/cdc-check/values/moment.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::cdc_check {

enum class RuleKind : std::uint8_t {
  not_null,
  type,
  range,
  length,
  regex,
  enumeration,
  unique,
  foreign,
  freshness,
  monotonic,
  expression,
  json_schema
};
// As in the file: not_null, enum ..
const char* word_of(RuleKind kind) noexcept;

enum class Severity : std::uint8_t { warn, quarantine, stop };
const char* word_of(Severity severity) noexcept;

// Which part of a line a rule looks at.
enum class Side : std::uint8_t {
  row,     // `after` of an event, or the plain row
  before,  // `before` of a delete
  key      // `key`
};
const char* word_of(Side side) noexcept;

enum class ValueType : std::uint8_t { integer, number, string, boolean, object, array };
const char* word_of(ValueType type) noexcept;

// A column, or what lies inside of one: a.b.c.
using Path = std::vector<std::string>;
// A dot of a name itself is written \. there.
Path parse_path(const std::string& text);
std::string path_text(const Path& path);

// A bound of a range.
struct Bound {
  enum class Type : std::uint8_t { number, moment, time_of_day };
  Type type = Type::number;
  Decimal number;
  Nanoseconds moment = 0;
  std::string text;
};

struct Rule {
  std::string name;
  RuleKind kind = RuleKind::not_null;
  Severity severity = Severity::quarantine;
  Side side = Side::row;
  std::string table = "*";    // a glob: of schema.table where it has a dot, else of the table
  std::vector<Path> columns;  // one for most kinds, several for unique, none where none is needed
  // max_bad_ratio of `window` lines: more bad ones than this stop the run. Nothing: not asked for.
  std::optional<std::uint64_t> most_bad;
  std::uint64_t window = 0;  // lines; 0: none
  Place place;
  Place text_place;  // of `text`
  // what a kind has of its own
  ValueType value_type = ValueType::integer;
  std::optional<Bound> least;  // range; length as a number
  std::optional<Bound> most;   // the same
  Unit unit = Unit::guess;     // range of times, freshness
  std::string text;            // pattern, file, expr
  std::vector<Path> by;        // monotonic
  std::vector<Node> values;    // enum
  std::chrono::milliseconds max_age{0};
  bool strict = false;  // monotonic: equal values are bad too
  Node schema;          // json_schema
};

}  // namespace cdckit::cdc_check
