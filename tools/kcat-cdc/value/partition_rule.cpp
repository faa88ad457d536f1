#include "tools/kcat-cdc/value/partition_rule.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"
#include "tools/kcat-cdc/value/header_rules.hpp"

namespace cdckit::kcat_cdc {

namespace {

constexpr char kBetween = '\x1f';

}  // namespace

PartitionRule::PartitionRule(const std::string& columns, std::string_view unavailable)
    : unavailable_(unavailable) {
  if (columns.empty()) return;
  for (const std::string& column : base::split(columns, ',')) {
    std::string name;
    ndjson::append_escaped(name, base::trim(column));
    if (name.empty())
      throw base::Error(base::ErrorKind::usage,
                        "could not use --partition-by \"" + columns + "\": a column has no name");
    columns_.push_back(std::move(name));
  }
}

std::optional<std::string_view> PartitionRule::bytes_of(const event::Event& event) {
  bytes_.clear();
  for (const std::string& column : columns_) {
    const std::string_view value = row_value(event, column, unavailable_);
    if (value.empty()) {
      reason_ = "the event has no column \"" + column + "\", which --partition-by needs";
      return std::nullopt;
    }
    if (&column != &columns_.front()) bytes_ += kBetween;
    bytes_ += value.front() == '"' ? ndjson::unescape(value, scratch_) : value;
  }
  return bytes_;
}

}  // namespace cdckit::kcat_cdc
