// What was seen of one column: how often, of which types, between which bounds, how many values.
#pragma once

#include "tools/cdc-check/learn/shape.hpp"
#include "tools/cdc-check/values/decimal.hpp"
#include "tools/cdc-check/values/key_hash.hpp"
#include "tools/cdc-check/values/moment.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::cdc_check {

// A rule as text of YAML, and why it is proposed.
struct Proposal {
  std::string kind;      // not_null
  std::string settings;  // "type: integer", "min: 0, max: 9"; empty for none
  std::string evidence;
};

class ColumnProfile {
 public:
  void add(std::string_view token);
  // `rows` of the table; `now` in nanoseconds.
  [[nodiscard]] std::vector<Proposal> proposals(std::uint64_t rows, Nanoseconds now) const;

 private:
  void add_number(std::string_view token);
  void add_text(std::string_view token);
  void add_value(std::string_view token);
  void propose_range(std::vector<Proposal>& out) const;
  void propose_values(std::vector<Proposal>& out) const;
  void propose_age(std::vector<Proposal>& out, Nanoseconds now) const;

  std::uint64_t seen_ = 0;  // not null
  std::uint64_t integers_ = 0;
  std::uint64_t numbers_ = 0;
  std::uint64_t texts_ = 0;
  std::uint64_t booleans_ = 0;
  std::uint64_t objects_ = 0;
  std::uint64_t arrays_ = 0;
  std::optional<Decimal> least_;
  std::optional<Decimal> most_;
  std::string least_text_;
  std::string most_text_;
  Shape shape_;
  std::uint64_t moments_ = 0;
  Nanoseconds newest_ = 0;
  Nanoseconds oldest_ = 0;
  std::map<std::string, std::string> values_;  // canonical, as written; at most 51
  std::set<KeyHash> keys_;
  bool repeated_ = false;
  std::string scratch_;
};

}  // namespace cdckit::cdc_check
