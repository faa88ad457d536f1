#include "tools/walcat/debezium/time_parts.hpp"
#include "tools/walcat/debezium/time_text.hpp"
#include "tools/walcat/encode/type_oids.hpp"

namespace cdckit::walcat {
namespace {

constexpr std::int64_t kMicrosPerMonth = 2'629'800 * kMicrosPerSecond;  // 30.4375 days
constexpr std::string_view kIntervalHint = "--interval-handling string keeps it";

// With quirks: an element of an array goes through java.sql.Time, which knows milliseconds and no
// end of day; a default ends before it, as LocalTime.MAX; text knows no 24:00.
enum class Way { faithful, column, sql, by_default };

Way way_of(const MappedType& type, const DebeziumSettings& settings) noexcept {
  if (!settings.quirks) return Way::faithful;
  if (type.place == Place::default_value) return Way::by_default;
  return type.place == Place::element ? Way::sql : Way::column;
}

template <Way By>
std::int64_t read_nanos(std::string_view text) {
  const std::int64_t micros = parse_time(text).micros;
  if (By == Way::by_default && micros == kMicrosPerDay) return micros * 1000 - 1;
  if (By == Way::sql) return micros / 1000 * 1000 % kMicrosPerDay * 1000;
  return micros * 1000;
}

template <Unit In, Way By>
void append_time(std::string& out, std::string_view text, const Codec& /*codec*/) {
  const std::int64_t nanos = read_nanos<By>(text);
  append_integer(out,
                 In == Unit::millis   ? nanos / 1'000'000
                 : In == Unit::micros ? nanos / 1000
                                      : nanos);
}

template <Way By>
void append_time_text(std::string& out, std::string_view text, const Codec& /*codec*/) {
  const std::int64_t nanos = read_nanos<By>(text);
  if (nanos % 1000 != 0) return append_quoted(out, "23:59:59.999999999Z");
  const std::int64_t micros = nanos / 1000;
  out += '"';
  append_iso_time(out, By == Way::faithful ? micros : micros % kMicrosPerDay, -1);
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
  if (interval.infinite != 0) return append_either(out, interval.infinite, kEnds);
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

template <Unit In>
AppendValue time_in(Way way) {
  if (way == Way::by_default) return &append_time<In, Way::by_default>;
  return way == Way::sql ? &append_time<In, Way::sql> : &append_time<In, Way::faithful>;
}

AppendValue time_as_text(Way way) {
  switch (way) {
    case Way::faithful:
      return &append_time_text<Way::faithful>;
    case Way::column:
      return &append_time_text<Way::column>;
    case Way::sql:
      return &append_time_text<Way::sql>;
    case Way::by_default:
      return &append_time_text<Way::by_default>;
  }
  return nullptr;
}

Mapping map_time_of_day(const MappedType& type, const DebeziumSettings& settings) {
  const std::string& precision = settings.time_precision;
  const Way way = way_of(type, settings);
  if (precision == "isostring")
    return mapping_of({time_as_text(way), "string", "io.debezium.time.IsoTime", "\"00:00:00Z\""});
  if (precision == "connect")
    return mapping_of(
        {time_in<Unit::millis>(way), "int32", "org.apache.kafka.connect.data.Time", "0"});
  if (precision == "nanoseconds")
    return mapping_of({time_in<Unit::nanos>(way), "int64", "io.debezium.time.NanoTime", "0"});
  if (precision == "adaptive" && digits_of(type.modifier) <= 3)
    return mapping_of({time_in<Unit::millis>(way), "int32", "io.debezium.time.Time", "0"});
  return mapping_of({time_in<Unit::micros>(way), "int64", "io.debezium.time.MicroTime", "0"});
}

Mapping map_timetz(const DebeziumSettings& settings) {
  Mapping mapping = mapping_of({settings.quirks ? &append_timetz<true> : &append_timetz<false>,
                                "string",
                                "io.debezium.time.ZonedTime",
                                "\"00:00:00Z\""});
  mapping.element.stands_alone = true;
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
  switch (type.type.oid) {
    case oid::kTime:
      return map_time_of_day(type, settings);
    case oid::kTimetz:
      return map_timetz(settings);
    case oid::kInterval:
      return map_interval(settings);
    default:
      return std::nullopt;
  }
}

}  // namespace cdckit::walcat
