#include "tools/walcat/debezium/json_text.hpp"
#include "tools/walcat/debezium/mapping.hpp"
#include "tools/walcat/debezium/time_text.hpp"
#include "tools/walcat/encode/type_oids.hpp"

#include <limits>

namespace cdckit::walcat {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMicrosPerMonth = 2'629'800 * kMicrosPerSecond;  // 30.4375 days
constexpr std::string_view kTimestampHint = "--time-precision isostring keeps it";
constexpr std::string_view kIntervalHint = "--interval-handling string keeps it";

// What Debezium makes of the infinities (3.7, by way of java.util.Date and LocalDate).
struct Infinities {
  std::int64_t most;
  std::int64_t least;
};
constexpr Infinities kQuirkyStreamedDate{2'146'033'979, -2'147'472'691};
constexpr Infinities kQuirkySnapshotDate{-622'191'234, -625'821'272};
constexpr Infinities kQuirkyMillis{9'223'372'036'825'200'000, -9'223'372'036'832'400'000};
constexpr Infinities kMicros{kMost, kLeast};
constexpr Infinities kDays{std::numeric_limits<std::int32_t>::max(),
                           std::numeric_limits<std::int32_t>::min()};

enum class Reading { faithful, quirky_stream, quirky_snapshot };

void append_either(std::string& out, int sign, const Infinities& values) {
  append_integer(out, sign > 0 ? values.most : values.least);
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  out += text;
  out += '"';
}

constexpr Infinities date_infinities(Reading reading) {
  if (reading == Reading::faithful) return kDays;
  return reading == Reading::quirky_stream ? kQuirkyStreamedDate : kQuirkySnapshotDate;
}

// While it reads the snapshot Debezium loses the era.
template <Reading How>
Date read_date(std::string_view text) {
  Date date = parse_date(text);
  if (How == Reading::quirky_snapshot && date.before_christ) date.year = 1 - date.year;
  return date;
}

template <Reading How>
void append_date(std::string& out, std::string_view text, const Codec& /*codec*/) {
  const Date date = read_date<How>(text);
  if (date.infinite != 0) {
    append_either(out, date.infinite, date_infinities(How));
  } else {
    append_integer(out, days_of(date));
  }
}

template <Reading How>
void append_date_text(std::string& out, std::string_view text, const Codec& /*codec*/) {
  Date date = read_date<How>(text);
  if (date.infinite != 0) {
    if (How == Reading::faithful) return append_quoted(out, text);
    if (How == Reading::quirky_snapshot) {
      return append_quoted(out, date.infinite > 0 ? "+292278994-08-16Z" : "+292269055-12-02Z");
    }
    date = date_of(date.infinite > 0 ? kQuirkyStreamedDate.most : kQuirkyStreamedDate.least);
  }
  out += '"';
  append_iso_date(out, date);
  out += "Z\"";
}

// Microseconds times or divided by what the unit asks for.
enum class Unit { millis, micros, nanos };

template <Unit In>
void append_time(std::string& out, std::string_view text, const Codec& /*codec*/) {
  const std::int64_t micros = parse_time(text).micros;
  append_integer(out,
                 In == Unit::millis  ? micros / 1000
                 : In == Unit::nanos ? micros * 1000
                                     : micros);
}

void append_time_text(std::string& out, std::string_view text, const Codec& /*codec*/) {
  out += '"';
  append_iso_time(out, parse_time(text).micros, -1);
  out += "Z\"";
}

bool since_1970(const Timestamp& stamp, std::int64_t& micros) noexcept {
  return !__builtin_mul_overflow(days_of(stamp.date), kMicrosPerDay, &micros) &&
         !__builtin_add_overflow(micros, stamp.time.micros, &micros);
}

template <Unit In, bool Quirky>
void append_timestamp(std::string& out, std::string_view text, const Codec& /*codec*/) {
  const Timestamp stamp = parse_timestamp(text);
  if (stamp.date.infinite != 0) {
    return append_either(
        out, stamp.date.infinite, Quirky && In == Unit::millis ? kQuirkyMillis : kMicros);
  }
  std::int64_t value = 0;
  if (In == Unit::millis) {
    // never too large; down to the whole millisecond before 1970 too
    value = days_of(stamp.date) * (kMicrosPerDay / 1000) + stamp.time.micros / 1000;
  } else if (!since_1970(stamp, value) ||
             (In == Unit::nanos && __builtin_mul_overflow(value, 1000, &value))) {
    return append_unrepresentable(out, text, kTimestampHint);
  }
  append_integer(out, value);
}

template <bool Quirky>
void append_timestamp_text(std::string& out, std::string_view text, const Codec& /*codec*/) {
  const Timestamp stamp = parse_timestamp(text);
  if (stamp.date.infinite != 0) {
    if (!Quirky) return append_quoted(out, text);
    return append_quoted(
        out, stamp.date.infinite > 0 ? "+292278994-08-16T23:00:00Z" : "-292275055-05-16T23:00:00Z");
  }
  out += '"';
  append_iso_date(out, stamp.date);
  out += 'T';
  append_iso_time(out, stamp.time.micros, -1);
  out += "Z\"";
}

// `2024-02-29 13:14:15.5+00`, the usual shape: copied piece by piece, the fraction filled up.
bool append_usual_zoned(std::string& out, std::string_view text, int digits) {
  constexpr std::size_t kSeconds = 19;
  constexpr std::string_view kZone = "+00";
  if (text.size() < kSeconds + kZone.size() || text[4] != '-' || text[10] != ' ') return false;
  if (!text.ends_with(kZone)) return false;
  text.remove_suffix(kZone.size());
  if (text.size() != kSeconds && text[kSeconds] != '.') return false;
  out += '"';
  out.append(text.data(), 10);
  out += 'T';
  out.append(text.data() + 11, kSeconds - 11);
  if (digits > 0) {
    const auto fraction = text.substr(text.size() == kSeconds ? kSeconds : kSeconds + 1);
    out += '.';
    out.append(fraction);
    if (fraction.size() < static_cast<std::size_t>(digits))
      out.append(static_cast<std::size_t>(digits) - fraction.size(), '0');
  }
  out += "Z\"";
  return true;
}

void append_timestamptz(std::string& out, std::string_view text, const Codec& codec) {
  if (append_usual_zoned(out, text, codec.parameter)) return;
  const Timestamp stamp = parse_timestamp(text);
  if (stamp.date.infinite != 0) return append_quoted(out, text);
  out += '"';
  append_iso_date(out, stamp.date);
  out += 'T';
  append_iso_time(out, stamp.time.micros, codec.parameter);
  out += "Z\"";
}

template <bool Quirky>
void append_timetz(std::string& out, std::string_view text, const Codec& /*codec*/) {
  const TimeOfDay time = parse_time(text);
  if (Quirky && time.offset_seconds % 60 != 0) {
    out += "null";
    return;
  }
  std::int64_t micros = time.micros - time.offset_seconds * kMicrosPerSecond;
  const bool end_of_day = micros == kMicrosPerDay && time.offset_seconds == 0;
  if (!end_of_day) micros = ((micros % kMicrosPerDay) + kMicrosPerDay) % kMicrosPerDay;
  out += '"';
  append_iso_time(out, micros, -1);
  out += "Z\"";
}

// Debezium computes in floating point.
std::int64_t quirky_duration(const Interval& interval) noexcept {
  const std::int64_t whole_minutes = interval.micros / (60 * kMicrosPerSecond);
  const std::int64_t whole_hours = whole_minutes / 60;
  const double seconds = static_cast<double>(interval.micros % (60 * kMicrosPerSecond)) / 1e6;
  const double days =
      static_cast<double>(interval.months) * (365.25 / 12.0) + static_cast<double>(interval.days);
  const double hours = days * 24 + static_cast<double>(whole_hours);
  const double sum = (hours * 60 + static_cast<double>(whole_minutes % 60)) * 60 + seconds;
  const double micros = sum * 1e6;
  if (micros >= 9.2e18) return kMost;
  return micros <= -9.2e18 ? kLeast : static_cast<std::int64_t>(micros);
}

template <bool Quirky>
void append_duration(std::string& out, std::string_view text, const Codec& /*codec*/) {
  const Interval interval = parse_interval(text);
  if (interval.infinite != 0) return append_either(out, interval.infinite, kMicros);
  if (Quirky) return append_integer(out, quirky_duration(interval));
  std::int64_t months = 0;
  std::int64_t days = 0;
  std::int64_t sum = 0;
  if (__builtin_mul_overflow(interval.months, kMicrosPerMonth, &months) ||
      __builtin_mul_overflow(interval.days, kMicrosPerDay, &days) ||
      __builtin_add_overflow(months, days, &sum) ||
      __builtin_add_overflow(sum, interval.micros, &sum)) {
    return append_unrepresentable(out, text, kIntervalHint);
  }
  append_integer(out, sum);
}

void append_part(std::string& out, std::int64_t value, char unit) {
  append_integer(out, value);
  out += unit;
}

// `P1Y2M3DT4H5M6.789S`, parts of nothing included
void append_interval_text(std::string& out, std::string_view text, const Codec& /*codec*/) {
  const Interval interval = parse_interval(text);
  if (interval.infinite != 0) return append_quoted(out, text);
  out += "\"P";
  append_part(out, interval.months / 12, 'Y');
  append_part(out, interval.months % 12, 'M');
  append_part(out, interval.days, 'D');
  out += 'T';
  const std::int64_t minutes = interval.micros / (60 * kMicrosPerSecond);
  append_part(out, minutes / 60, 'H');
  append_part(out, minutes % 60, 'M');
  std::int64_t rest = interval.micros % (60 * kMicrosPerSecond);
  if (rest < 0) out += '-';
  rest = rest < 0 ? -rest : rest;
  append_integer(out, rest / kMicrosPerSecond);
  if (std::int64_t fraction = rest % kMicrosPerSecond; fraction != 0) {
    out += '.';
    for (std::int64_t unit = 100'000; fraction != 0; unit /= 10) {
      out += static_cast<char>('0' + fraction / unit);
      fraction %= unit;
    }
  }
  out += "S\"";
}

struct TimeForm {
  AppendValue append;
  const char* type;
  const char* name;
  const char* filler;
};

Mapping mapping_of(const TimeForm& form) {
  Mapping mapping;
  mapping.codec.append = form.append;
  mapping.schema = simple_schema(form.type, form.name);
  mapping.filler = form.filler;
  return mapping;
}

Mapping map_date(bool snapshot, const DebeziumSettings& settings) {
  const bool text = settings.time_precision == "isostring";
  AppendValue append =
      text ? &append_date_text<Reading::faithful> : &append_date<Reading::faithful>;
  if (settings.quirks && snapshot) {
    append =
        text ? &append_date_text<Reading::quirky_snapshot> : &append_date<Reading::quirky_snapshot>;
  } else if (settings.quirks) {
    append =
        text ? &append_date_text<Reading::quirky_stream> : &append_date<Reading::quirky_stream>;
  }
  if (text) return mapping_of({append, "string", "io.debezium.time.IsoDate", "\"1970-01-01Z\""});
  const bool connect = settings.time_precision == "connect";
  return mapping_of({append,
                     "int32",
                     connect ? "org.apache.kafka.connect.data.Date" : "io.debezium.time.Date",
                     "0"});
}

// No modifier: six digits.
int digits_of(std::int32_t modifier) noexcept {
  return modifier < 0 ? 6 : modifier;
}

Mapping map_time_of_day(int digits, const std::string& precision) {
  if (precision == "isostring")
    return mapping_of({&append_time_text, "string", "io.debezium.time.IsoTime", "\"00:00:00Z\""});
  if (precision == "connect")
    return mapping_of(
        {&append_time<Unit::millis>, "int32", "org.apache.kafka.connect.data.Time", "0"});
  if (precision == "nanoseconds")
    return mapping_of({&append_time<Unit::nanos>, "int64", "io.debezium.time.NanoTime", "0"});
  if (precision == "adaptive" && digits <= 3)
    return mapping_of({&append_time<Unit::millis>, "int32", "io.debezium.time.Time", "0"});
  return mapping_of({&append_time<Unit::micros>, "int64", "io.debezium.time.MicroTime", "0"});
}

Mapping map_timestamp(int digits, const DebeziumSettings& settings) {
  const std::string& precision = settings.time_precision;
  const AppendValue millis = settings.quirks ? &append_timestamp<Unit::millis, true>
                                             : &append_timestamp<Unit::millis, false>;
  if (precision == "isostring")
    return mapping_of(
        {settings.quirks ? &append_timestamp_text<true> : &append_timestamp_text<false>,
         "string",
         "io.debezium.time.IsoTimestamp",
         "\"1970-01-01T00:00:00Z\""});
  if (precision == "connect")
    return mapping_of({millis, "int64", "org.apache.kafka.connect.data.Timestamp", "0"});
  if (precision == "nanoseconds")
    return mapping_of(
        {&append_timestamp<Unit::nanos, false>, "int64", "io.debezium.time.NanoTimestamp", "0"});
  if (precision.starts_with("adaptive") && digits <= 3)
    return mapping_of({millis, "int64", "io.debezium.time.Timestamp", "0"});
  return mapping_of(
      {&append_timestamp<Unit::micros, false>, "int64", "io.debezium.time.MicroTimestamp", "0"});
}

Mapping map_timestamptz(int digits) {
  Mapping mapping = mapping_of({&append_timestamptz,
                                "string",
                                "io.debezium.time.ZonedTimestamp",
                                "\"1970-01-01T00:00:00Z\""});
  mapping.codec.parameter = digits;
  return mapping;
}

Mapping map_interval(const DebeziumSettings& settings) {
  if (settings.interval_handling == "string")
    return mapping_of(
        {&append_interval_text, "string", "io.debezium.time.Interval", "\"P0Y0M0DT0H0M0S\""});
  return mapping_of({settings.quirks ? &append_duration<true> : &append_duration<false>,
                     "int64",
                     "io.debezium.time.MicroDuration",
                     "0"});
}

}  // namespace

MaybeMapping map_time(const MappedType& type, const DebeziumSettings& settings) {
  const int digits = digits_of(type.modifier);
  switch (type.type.oid) {
    case oid::kDate:
      return map_date(type.snapshot, settings);
    case oid::kTime:
      return map_time_of_day(digits, settings.time_precision);
    case oid::kTimestamp:
      return map_timestamp(digits, settings);
    case oid::kTimestamptz:
      return map_timestamptz(digits);
    case oid::kTimetz:
      return mapping_of({settings.quirks ? &append_timetz<true> : &append_timetz<false>,
                         "string",
                         "io.debezium.time.ZonedTime",
                         "\"00:00:00Z\""});
    case oid::kInterval:
      return map_interval(settings);
    default:
      return std::nullopt;
  }
}

}  // namespace cdckit::walcat
