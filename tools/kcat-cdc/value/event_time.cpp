#include "tools/kcat-cdc/value/event_time.hpp"

#include "common/base/text.hpp"
#include "common/event/source.hpp"

namespace cdckit::kcat_cdc {

namespace {

std::int64_t number(std::string_view text) noexcept {
  const std::int64_t out = base::parse_signed(text).value_or(0);
  return out > 0 ? out : 0;
}

}  // namespace

std::int64_t EventTime::of(const event::Event& event) {
  const ndjson::FoundMembers members = event.source_members;
  if (place_ < members.size() && event::is_named(members[place_], "ts_ms")) {
    if (const std::int64_t at = number(members[place_].value); at > 0) return at;
  }
  for (std::size_t i = 0; i < members.size(); i += 1 + members[i].inside) {
    if (!event::is_named(members[i], "ts_ms")) continue;
    place_ = i;
    if (const std::int64_t at = number(members[i].value); at > 0) return at;
  }
  if (members.empty() && !event.source.empty()) {
    const std::int64_t at = number(ndjson::find_member(event.source, "ts_ms"));
    if (at > 0) return at;
  }
  if (const std::int64_t at = number(event.ts_us) / 1000; at > 0) return at;
  return number(ndjson::find_member(event.line, "ts_ms"));
}

}  // namespace cdckit::kcat_cdc
