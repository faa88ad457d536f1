// Unix seconds to text, many times in a row for nearly the same instant.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cdckit::opensky_fetch {

enum class TimeFormat { iso, unix };

class TimeText {
 public:
  explicit TimeText(TimeFormat format) noexcept : format_(format) {}

  // Appends the JSON value for `token`, a JSON number of Unix seconds (a decimal fraction is kept
  // unless nought, an exponent is not) or null. False, with nothing appended, when it is neither,
  // or beyond the year 9999.
  bool append(std::string& out, std::string_view token);
  // 2018-08-01T05:00:00 for 0 <= seconds < kEnd, without quotes and zone.
  void append_iso(std::string& out, std::int64_t seconds);

  static constexpr std::int64_t kEnd = 253'402'300'800;  // 10000-01-01

 private:
  void append_whole(std::string& out, std::string_view token, std::int64_t seconds);
  bool append_other(std::string& out, std::string_view token);

  TimeFormat format_;
  std::int64_t day_ = -1;
  std::string date_;  // of day_, with the T
};

// The whole seconds of a JSON number; nothing for another token, or out of range.
std::optional<std::int64_t> unix_seconds(std::string_view token);

// 2018-08-01T05:00:00Z
std::string iso_text(std::int64_t seconds);

}  // namespace cdckit::opensky_fetch
