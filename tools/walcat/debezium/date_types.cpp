// date, timestamp and timestamptz. With quirks as PostgresValueConverter, the driver's classes and
// io.debezium.time make them of one another: a date of a snapshot and all elements of arrays go
// through java.sql, a default through LocalDate.MAX and its like.
#include "tools/walcat/debezium/java_calendar.hpp"
#include "tools/walcat/debezium/time_parts.hpp"
#include "tools/walcat/debezium/time_text.hpp"
#include "tools/walcat/encode/type_oids.hpp"

#include <limits>
#include <type_traits>

namespace cdckit::walcat {
namespace {

constexpr std::string_view kTimestampHint = "--time-precision isostring keeps it";
constexpr std::string_view kDateHint = "without --debezium-quirks it is kept";

constexpr Infinities kDays{std::numeric_limits<std::int32_t>::max(),
                           std::numeric_limits<std::int32_t>::min()};
constexpr Infinities kStreamedDate{2'146'033'979, -2'147'472'691};
constexpr Infinities kSqlDate{-622'191'234, -625'821'272};
constexpr Infinities kDefaultDate{169'560'311, -170'999'002};  // LocalDate.MAX and MIN as int32
constexpr Infinities kMillis{9'223'372'036'825'200'000, -9'223'372'036'832'400'000};
// LocalDateTime.MAX and MIN: the largest second and a fraction that wraps around.
constexpr Infinities kDefaultMicros{kLeast + 999'998, kLeast};

// How the connector comes by a value.
enum class Way { faithful, stream, sql, by_default };

Way way_of(const MappedType& type, const DebeziumSettings& settings) noexcept {
  if (!settings.quirks) return Way::faithful;
  if (type.place == Place::default_value) return Way::by_default;
  return type.place == Place::element ? Way::sql : Way::stream;
}

constexpr Infinities date_infinities(Way way) {
  switch (way) {
    case Way::faithful:
      return kDays;
    case Way::stream:
      return kStreamedDate;
    case Way::sql:
      return kSqlDate;
    case Way::by_default:
      return kDefaultDate;
  }
  return kDays;
}

// 29 February BC: without its era no year of that number has such a day.
bool is_lost_leap_day(const Date& date) noexcept {
  return date.before_christ && date.infinite == 0 && !through_sql_date(date);
}

// Nothing where the way ends at a day that the calendar does not have.
template <Way By>
std::optional<Date> read_date(std::string_view text) {
  const Date date = parse_date(text);
  if (By == Way::by_default && is_lost_leap_day(date)) return std::nullopt;
  return By == Way::sql && date.infinite == 0 ? through_sql_date(date) : date;
}

template <Way By>
void append_date(std::string& out, std::string_view text, const Codec& /*codec*/) {
  const auto date = read_date<By>(text);
  if (!date) return append_unrepresentable(out, text, kDateHint);
  if (date->infinite != 0) return append_either(out, date->infinite, date_infinities(By));
  append_integer(out, days_of(*date));
}

template <Way By>
void append_infinite_date_text(std::string& out, std::string_view text, int sign) {
  if (By == Way::faithful) return append_quoted(out, text);
  if (By == Way::sql)
    return append_quoted(out, sign > 0 ? "+292278994-08-16Z" : "+292269055-12-02Z");
  if (By == Way::by_default)
    return append_quoted(out, sign > 0 ? "+999999999-12-31Z" : "-999999999-01-01Z");
  out += '"';
  append_iso_date(out, date_of(sign > 0 ? kStreamedDate.most : kStreamedDate.least));
  out += "Z\"";
}

template <Way By>
void append_date_text(std::string& out, std::string_view text, const Codec& /*codec*/) {
  const auto date = read_date<By>(text);
  if (!date) return append_unrepresentable(out, text, kDateHint);
  if (date->infinite != 0) return append_infinite_date_text<By>(out, text, date->infinite);
  out += '"';
  append_iso_date(out, *date);
  out += "Z\"";
}

template <Way By>
std::int64_t days_by(const Date& date) noexcept {
  return By == Way::sql ? hybrid_days_of(date) : days_of(date);
}

template <Way By>
void append_infinite_timestamp(std::string& out, int sign, Unit unit) {
  const bool millis = unit == Unit::millis;
  if (By == Way::faithful) return append_either(out, sign, kEnds);
  if (By != Way::by_default) return append_either(out, sign, millis ? kMillis : kEnds);
  if (unit == Unit::micros) return append_either(out, sign, kDefaultMicros);
  out += "null";
}

// TimeUnit.SECONDS.toMicros() stops at the ends, what is added to it wraps around.
std::int64_t saturated_micros(std::int64_t seconds, std::int64_t fraction) noexcept {
  std::int64_t micros = 0;
  if (__builtin_mul_overflow(seconds, kMicrosPerSecond, &micros))
    micros = seconds > 0 ? kMost : kLeast;
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(micros) +
                                   static_cast<std::uint64_t>(fraction));
}

// False for what int64 cannot hold. Quirks: the seconds alone must fit already.
bool nanos_of(std::int64_t seconds, std::int64_t fraction, bool quirky, std::int64_t& nanos) {
  if (quirky) {
    return !__builtin_mul_overflow(seconds, 1'000'000'000, &nanos) &&
           !__builtin_add_overflow(nanos, fraction * 1000, &nanos);
  }
  return !__builtin_mul_overflow(seconds, kMicrosPerSecond, &nanos) &&
         !__builtin_add_overflow(nanos, fraction, &nanos) &&
         !__builtin_mul_overflow(nanos, 1000, &nanos);
}

template <Unit In, Way By>
void append_timestamp(std::string& out, std::string_view text, const Codec& /*codec*/) {
  const Timestamp stamp = parse_timestamp(text);
  if (stamp.date.infinite != 0) return append_infinite_timestamp<By>(out, stamp.date.infinite, In);
  if (By == Way::by_default && is_lost_leap_day(stamp.date)) return append_null(out, text, {});
  const std::int64_t days = days_by<By>(stamp.date);
  // never too large; down to the whole millisecond before 1970 too
  if (In == Unit::millis)
    return append_integer(out, days * (kMicrosPerDay / 1000) + stamp.time.micros / 1000);
  const std::int64_t seconds = days * 86'400 + stamp.time.micros / kMicrosPerSecond;
  const std::int64_t fraction = stamp.time.micros % kMicrosPerSecond;
  std::int64_t value = 0;
  if (In == Unit::nanos) {
    if (!nanos_of(seconds, fraction, By != Way::faithful, value))
      return append_unrepresentable(out, text, kTimestampHint);
    return append_integer(out, value);
  }
  const bool fits = !__builtin_mul_overflow(seconds, kMicrosPerSecond, &value) &&
                    !__builtin_add_overflow(value, fraction, &value);
  if (By != Way::faithful) value = saturated_micros(seconds, fraction);
  if (!fits && By == Way::faithful) return append_unrepresentable(out, text, kTimestampHint);
  append_integer(out, value);
}

template <Way By>
void append_infinite_timestamp_text(std::string& out, std::string_view text, int sign) {
  if (By == Way::faithful) return append_quoted(out, text);
  if (By == Way::by_default)
    return append_quoted(
        out, sign > 0 ? "+999999999-12-31T23:59:59.999999999Z" : "-999999999-01-01T00:00:00Z");
  append_quoted(out, sign > 0 ? "+292278994-08-16T23:00:00Z" : "-292275055-05-16T23:00:00Z");
}

template <Way By>
void append_timestamp_text(std::string& out, std::string_view text, const Codec& /*codec*/) {
  const Timestamp stamp = parse_timestamp(text);
  if (stamp.date.infinite != 0)
    return append_infinite_timestamp_text<By>(out, text, stamp.date.infinite);
  if (By == Way::by_default && is_lost_leap_day(stamp.date)) return append_null(out, text, {});
  out += '"';
  append_iso_date(out, By == Way::sql ? date_of(hybrid_days_of(stamp.date)) : stamp.date);
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

void append_zoned(std::string& out, const Date& date, std::int64_t micros, int digits) {
  out += '"';
  append_iso_date(out, date);
  out += 'T';
  append_iso_time(out, micros, digits);
  out += "Z\"";
}

template <Way By>
void append_timestamptz(std::string& out, std::string_view text, const Codec& codec) {
  constexpr std::string_view kCalendarChanged = "1582-10-";
  const bool plain = By != Way::sql || !text.starts_with(kCalendarChanged);
  if (plain && append_usual_zoned(out, text, codec.parameter)) return;
  const Timestamp stamp = parse_timestamp(text);
  if (stamp.date.infinite != 0) {
    if (By == Way::by_default) return append_null(out, text, codec);
    if (By != Way::sql || stamp.date.infinite > 0) return append_quoted(out, text);
    constexpr Date kLast{.year = 292'269'055, .month = 12, .day = 2};
    return append_zoned(out, kLast, std::int64_t{23} * 3600 * kMicrosPerSecond, codec.parameter);
  }
  const auto date = By == Way::sql || (By == Way::by_default && is_lost_leap_day(stamp.date))
                        ? through_sql_date(stamp.date)
                        : stamp.date;
  if (!date) return append_unrepresentable(out, text, kDateHint);
  append_zoned(out, *date, stamp.time.micros, codec.parameter);
}

// The function of that way; `pick` names it for a way known at compile time.
template <class Pick>
AppendValue by_way(Way way, Pick pick) {
  switch (way) {
    case Way::faithful:
      return pick(std::integral_constant<Way, Way::faithful>());
    case Way::stream:
      return pick(std::integral_constant<Way, Way::stream>());
    case Way::sql:
      return pick(std::integral_constant<Way, Way::sql>());
    case Way::by_default:
      return pick(std::integral_constant<Way, Way::by_default>());
  }
  return nullptr;
}

template <Unit In>
AppendValue timestamp_in(Way way) {
  return by_way(way, [](auto by) -> AppendValue { return &append_timestamp<In, by()>; });
}

Mapping map_date_itself(const MappedType& type, const DebeziumSettings& settings) {
  Way way = way_of(type, settings);
  if (way == Way::stream && type.snapshot) way = Way::sql;
  if (settings.time_precision == "isostring") {
    const auto append = by_way(way, [](auto by) -> AppendValue { return &append_date_text<by()>; });
    return mapping_of({append, "string", "io.debezium.time.IsoDate", "\"1970-01-01Z\""});
  }
  const auto append = by_way(way, [](auto by) -> AppendValue { return &append_date<by()>; });
  const bool connect = settings.time_precision == "connect";
  return mapping_of({append,
                     "int32",
                     connect ? "org.apache.kafka.connect.data.Date" : "io.debezium.time.Date",
                     "0"});
}

Mapping map_timestamp(const MappedType& type, const DebeziumSettings& settings) {
  const std::string& precision = settings.time_precision;
  const Way way = way_of(type, settings);
  if (precision == "isostring") {
    const auto append =
        by_way(way, [](auto by) -> AppendValue { return &append_timestamp_text<by()>; });
    return mapping_of(
        {append, "string", "io.debezium.time.IsoTimestamp", "\"1970-01-01T00:00:00Z\""});
  }
  if (precision == "connect") {
    return mapping_of(
        {timestamp_in<Unit::millis>(way), "int64", "org.apache.kafka.connect.data.Timestamp", "0"});
  }
  if (precision == "nanoseconds") {
    Mapping mapping = mapping_of(
        {timestamp_in<Unit::nanos>(way), "int64", "io.debezium.time.NanoTimestamp", "0"});
    mapping.element.keeps_others = true;
    return mapping;
  }
  if (precision.starts_with("adaptive") && digits_of(type.modifier) <= 3) {
    return mapping_of(
        {timestamp_in<Unit::millis>(way), "int64", "io.debezium.time.Timestamp", "0"});
  }
  return mapping_of(
      {timestamp_in<Unit::micros>(way), "int64", "io.debezium.time.MicroTimestamp", "0"});
}

Mapping map_timestamptz(const MappedType& type, const DebeziumSettings& settings) {
  const auto append = by_way(way_of(type, settings),
                             [](auto by) -> AppendValue { return &append_timestamptz<by()>; });
  Mapping mapping =
      mapping_of({append, "string", "io.debezium.time.ZonedTimestamp", "\"1970-01-01T00:00:00Z\""});
  mapping.codec.parameter = digits_of(type.modifier);
  return mapping;
}

}  // namespace

MaybeMapping map_date(const MappedType& type, const DebeziumSettings& settings) {
  switch (type.type.oid) {
    case oid::kDate:
      return map_date_itself(type, settings);
    case oid::kTimestamp:
      return map_timestamp(type, settings);
    case oid::kTimestamptz:
      return map_timestamptz(type, settings);
    default:
      return std::nullopt;
  }
}

}  // namespace cdckit::walcat
