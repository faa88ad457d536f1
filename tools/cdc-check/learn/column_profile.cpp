#include "tools/cdc-check/learn/column_profile.hpp"

#include "common/ndjson/text.hpp"
#include "tools/cdc-check/rules/node.hpp"
#include "tools/cdc-check/values/text.hpp"

#include <algorithm>

namespace cdckit::cdc_check {
namespace {

constexpr std::size_t kMostValues = 50;
constexpr std::size_t kMostKeys = 200'000;
constexpr std::uint64_t kLeastRows = 10;  // below, nothing is said of how values are spread
constexpr std::uint64_t kOften = 3;       // each value of an enum, on average
constexpr Nanoseconds kHour = 3600 * kSecond;

std::string of_rows(std::uint64_t part, std::uint64_t rows) {
  return std::to_string(part) + " of " + std::to_string(rows) + " rows";
}

}  // namespace

void ColumnProfile::add(std::string_view token) {
  const Kind kind = kind_of(token);
  if (kind == Kind::null) return;
  ++seen_;
  booleans_ += kind == Kind::boolean ? 1U : 0U;
  arrays_ += kind == Kind::array ? 1U : 0U;
  objects_ += kind == Kind::object ? 1U : 0U;
  if (kind == Kind::number) add_number(token);
  if (kind == Kind::string) add_text(token);
  if (kind == Kind::number || kind == Kind::string) add_value(token);
}

void ColumnProfile::add_number(std::string_view token) {
  ++numbers_;
  const auto number = parse_decimal(token);
  if (!number) return;
  integers_ += number->is_integer() ? 1U : 0U;
  if (!least_ || compare(*number, *least_) < 0) {
    least_ = number;
    least_text_ = token;
  }
  if (!most_ || compare(*number, *most_) > 0) {
    most_ = number;
    most_text_ = token;
  }
}

void ColumnProfile::add_text(std::string_view token) {
  ++texts_;
  const std::string_view text = text_of_scalar(token, scratch_);
  shape_.add(text);
  const auto moment = parse_moment(text);
  if (!moment) return;
  newest_ = moments_ == 0 ? *moment : std::max(newest_, *moment);
  oldest_ = moments_ == 0 ? *moment : std::min(oldest_, *moment);
  ++moments_;
}

void ColumnProfile::add_value(std::string_view token) {
  std::string canonical;
  append_canonical(canonical, token);
  if (!repeated_ && keys_.size() < kMostKeys) repeated_ = !keys_.insert(hash_of(canonical)).second;
  if (repeated_) keys_.clear();
  if (values_.size() <= kMostValues) values_.emplace(std::move(canonical), token);
}

std::vector<Proposal> ColumnProfile::proposals(std::uint64_t rows, Nanoseconds now) const {
  std::vector<Proposal> out;
  if (seen_ == 0) return out;
  if (seen_ == rows) out.push_back({"not_null", "", "in " + of_rows(seen_, rows)});
  const std::pair<const char*, std::uint64_t> types[]{{"integer", integers_},
                                                      {"number", numbers_},
                                                      {"string", texts_},
                                                      {"boolean", booleans_},
                                                      {"object", objects_},
                                                      {"array", arrays_}};
  for (const auto& [name, count] : types) {
    if (count != seen_) continue;
    out.push_back({"type", std::string("type: ") + name, of_rows(count, rows)});
    break;
  }
  if (numbers_ == seen_) propose_range(out);
  propose_values(out);
  if (moments_ == seen_) propose_age(out, now);
  return out;
}

void ColumnProfile::propose_range(std::vector<Proposal>& out) const {
  if (!least_ || least_->more || most_->more) return;
  out.push_back(
      {"range",
       "min: " + least_text_ + ", max: " + most_text_,
       "from " + least_text_ + " to " + most_text_ + " in " + std::to_string(seen_) + " rows"});
}

// All of them different, few of them, or all of one form.
void ColumnProfile::propose_values(std::vector<Proposal>& out) const {
  if (seen_ < kLeastRows || numbers_ + texts_ != seen_) return;
  const bool different = !repeated_ && keys_.size() == seen_;
  if (different && (integers_ == seen_ || (texts_ == seen_ && moments_ == 0))) {
    out.push_back({"unique", "window: 100000", std::to_string(seen_) + " rows, as many values"});
  }
  if (texts_ != seen_ || moments_ == seen_) return;
  if (values_.size() <= kMostValues && values_.size() * kOften <= seen_) {
    std::string list;
    for (const auto& [canonical, token] : values_) {
      std::string text;
      ndjson::append_unescaped(text, token);
      list += (list.empty() ? "" : ", ") + yaml_scalar(text);
    }
    out.push_back(
        {"enum",
         "values: [" + list + "]",
         std::to_string(values_.size()) + " values in " + std::to_string(seen_) + " rows"});
  } else if (const std::string pattern = shape_.pattern(); !pattern.empty()) {
    std::string quoted;
    ndjson::append_string(quoted, pattern);
    out.push_back({"regex", "pattern: " + quoted, std::to_string(seen_) + " rows of this form"});
  }
}

// Only of a column that is about now: twice the age of its oldest row, in whole hours.
void ColumnProfile::propose_age(std::vector<Proposal>& out, Nanoseconds now) const {
  constexpr Nanoseconds kRecent = 24 * kHour;
  if (now - newest_ > kRecent || newest_ > now + kHour || now - oldest_ > 30 * kDay) return;
  const auto hours = static_cast<std::int64_t>(2 * (now - oldest_) / kHour) + 1;
  out.push_back({"freshness",
                 "max_age: " + std::to_string(hours) + "h",
                 "the oldest of " + std::to_string(seen_) + " rows is " +
                     std::to_string(static_cast<std::int64_t>((now - oldest_) / kSecond)) +
                     " s old"});
}

}  // namespace cdckit::cdc_check
