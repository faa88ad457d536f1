#include "tools/opensky-fetch/recording/recorded_name.hpp"

#include "common/base/clock.hpp"
#include "common/base/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

constexpr std::size_t kTimeLength = 20;  // 20180801T090000.123Z
constexpr std::string_view kEnding = ".json";

std::string time_text(std::int64_t milliseconds) {
  std::string text = base::format_utc(milliseconds * 1000);  // 2018-08-01T09:00:00.123000Z
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text.substr(0, kTimeLength - 1) + "Z";
}

std::optional<std::int64_t> parse_time_text(std::string_view text) {
  if (text.size() != kTimeLength || text[8] != 'T') return std::nullopt;
  const auto microseconds = base::parse_time(fmt::format("{}-{}-{}T{}:{}:{}",
                                                         text.substr(0, 4),
                                                         text.substr(4, 2),
                                                         text.substr(6, 2),
                                                         text.substr(9, 2),
                                                         text.substr(11, 2),
                                                         text.substr(13)));
  if (!microseconds) return std::nullopt;
  return *microseconds / 1000;
}

// `.1of2`, or nothing for the only one.
bool parse_part(std::string_view text, RecordedName& name) {
  if (text.empty()) return true;
  const std::size_t of = text.find("of");
  if (text.front() != '.' || of == std::string_view::npos) return false;
  const auto part = base::parse_unsigned(text.substr(1, of - 1));
  const auto parts = base::parse_unsigned(text.substr(of + 2));
  if (!part || !parts || *part < 1 || *part > *parts) return false;
  name.part = *part;
  name.parts = *parts;
  return true;
}

}  // namespace

std::string file_name(const RecordedName& name) {
  const std::string part = name.parts == 1 ? "" : fmt::format(".{}of{}", name.part, name.parts);
  return fmt::format("{}-{}{}{}.zst", name.endpoint, time_text(name.polled), part, kEnding);
}

std::optional<RecordedName> parse_file_name(std::string_view text) {
  if (text.ends_with(".zst")) text.remove_suffix(4);
  if (!text.ends_with(kEnding)) return std::nullopt;
  text.remove_suffix(kEnding.size());
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  RecordedName name;
  name.endpoint = text.substr(0, dash);
  text.remove_prefix(dash + 1);
  const auto polled = parse_time_text(text.substr(0, kTimeLength));
  if (!polled || !parse_part(text.substr(kTimeLength), name)) return std::nullopt;
  name.polled = *polled;
  return name;
}

}  // namespace cdckit::opensky_fetch
