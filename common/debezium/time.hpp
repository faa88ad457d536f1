// Debezium's dates, times and durations as PostgreSQL writes them. Each appends a text without
// quotes, or nothing and gives false for what PostgreSQL cannot hold. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cdckit::debezium {

// Days since 1970-01-01. The numbers that the connector makes of an infinite date are known.
bool append_date(std::string& out, std::int64_t days);
// Units of a second since midnight, `per_second` of them; 24:00:00 is one.
bool append_time(std::string& out, std::int64_t units, std::int64_t per_second);
// Units since 1970-01-01T00:00:00; what the connector makes of infinity is known.
bool append_timestamp(std::string& out, std::int64_t units, std::int64_t per_second);
// IsoDate, IsoTime, IsoTimestamp, ZonedTimestamp: "+12024-..", years before Christ counted with a
// year 0, and the Z behind what has no zone (`zoned` keeps it).
bool append_iso(std::string& out, std::string_view text, bool zoned);
// MicroDuration, NanoDuration. The connector counts a month as 30.4375 days: they are counted back,
// but not where the duration is whole days and its months are none.
void append_duration(std::string& out, std::int64_t units, std::int64_t per_second);

}  // namespace cdckit::debezium
