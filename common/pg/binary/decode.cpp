#include "common/pg/binary/decode.hpp"

#include "common/base/calendar.hpp"
#include "common/base/error.hpp"
#include "common/base/hex.hpp"
#include "common/base/number_text.hpp"
#include "common/pg/binary/big_endian.hpp"
#include "common/pg/binary/epoch.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace cdckit::pg {
namespace {

[[noreturn]] void refuse(const char* what) {
  throw base::Error(base::ErrorKind::protocol,
                    std::string("could not decode a binary value: ") + what);
}

template <class T>
T big_endian(std::string_view bytes) {
  if (bytes.size() != sizeof(T)) refuse("a number of a wrong length");
  return load_big_endian<T>(bytes.data());
}

// Zeros in front up to `width`; longer numbers stay whole.
void append_padded(std::string& out, std::uint64_t value, int width) {
  std::array<char, 24> digits;  // NOLINT(cppcoreguidelines-pro-type-member-init): written first
  char* const end = digits.data() + digits.size();
  char* at = end;
  for (int place = 0; place < width || value > 0; ++place, value /= 10) {
    *--at = static_cast<char>('0' + value % 10);
  }
  out.append(at, static_cast<std::size_t>(end - at));
}

// `HH:MM:SS` and `YYYY-MM-DD` are put together of these.
char* put_two(char* at, std::uint32_t value) {
  *at++ = static_cast<char>('0' + value / 10);
  *at++ = static_cast<char>('0' + value % 10);
  return at;
}

void append_uuid(std::string& out, std::string_view bytes) {
  if (bytes.size() != 16) refuse("a uuid of a wrong length");
  constexpr std::array<std::size_t, 6> kCuts{0, 4, 6, 8, 10, 16};
  for (std::size_t part = 0; part + 1 < kCuts.size(); ++part) {
    if (part > 0) out += '-';
    base::append_hex(out, bytes.substr(kCuts[part], kCuts[part + 1] - kCuts[part]));
  }
}

// True when it is before the year 1: " BC" then ends the value.
bool append_day(std::string& out, std::int64_t days) {
  const base::CivilDate date = base::civil_from_days(days + kEpochDays);
  const bool before_christ = date.year <= 0;
  append_padded(out, static_cast<std::uint64_t>(before_christ ? 1 - date.year : date.year), 4);
  std::array<char, 6> rest{'-', '0', '0', '-', '0', '0'};
  put_two(&rest[1], date.month);
  put_two(&rest[4], date.day);
  out.append(rest.data(), rest.size());
  return before_christ;
}

// Fractions without trailing zeros.
void append_clock(std::string& out, std::int64_t microseconds) {
  const auto seconds = static_cast<std::uint32_t>(microseconds / 1'000'000);
  auto fraction = static_cast<std::uint32_t>(microseconds % 1'000'000);
  std::array<char, 15> text;  // NOLINT(cppcoreguidelines-pro-type-member-init): written first
  char* at = put_two(text.data(), seconds / 3600);
  *at++ = ':';
  at = put_two(at, seconds / 60 % 60);
  *at++ = ':';
  at = put_two(at, seconds % 60);
  if (fraction > 0) *at++ = '.';
  for (std::uint32_t place = 100'000; fraction > 0; place /= 10) {
    *at++ = static_cast<char>('0' + fraction / place);
    fraction %= place;
  }
  out.append(text.data(), static_cast<std::size_t>(at - text.data()));
}

void append_date(std::string& out, std::string_view bytes) {
  const auto days = big_endian<std::int32_t>(bytes);
  if (days == std::numeric_limits<std::int32_t>::max()) {
    out += "infinity";
  } else if (days == std::numeric_limits<std::int32_t>::min()) {
    out += "-infinity";
  } else if (append_day(out, days)) {
    out += " BC";
  }
}

void append_time(std::string& out, std::string_view bytes) {
  const auto microseconds = big_endian<std::int64_t>(bytes);
  if (microseconds < 0 || microseconds > kDayMicroseconds) refuse("a time outside of the day");
  append_clock(out, microseconds);
}

void append_timestamp(std::string& out, std::string_view bytes, std::string_view zone) {
  const auto microseconds = big_endian<std::int64_t>(bytes);
  if (microseconds == std::numeric_limits<std::int64_t>::max()) {
    out += "infinity";
    return;
  }
  if (microseconds == std::numeric_limits<std::int64_t>::min()) {
    out += "-infinity";
    return;
  }
  const std::int64_t within =
      (microseconds % kDayMicroseconds + kDayMicroseconds) % kDayMicroseconds;
  const std::int64_t days =
      microseconds / kDayMicroseconds - (microseconds % kDayMicroseconds < 0 ? 1 : 0);
  const bool before_christ = append_day(out, days);
  out += ' ';
  append_clock(out, within);
  out += zone;
  if (before_christ) out += " BC";
}

std::int64_t part(std::string_view bytes, std::size_t index) {
  const auto high = static_cast<unsigned char>(bytes[index * 2]);
  const auto low = static_cast<unsigned char>(bytes[index * 2 + 1]);
  return static_cast<std::int16_t>(static_cast<std::uint16_t>(high << 8U | low));
}

// Groups of four decimal digits: `weight` is the power of 10000 of the first.
struct Numeric {
  std::string_view groups;
  std::int64_t count = 0;
  std::int64_t weight = 0;
  std::int64_t scale = 0;

  [[nodiscard]] std::int64_t group(std::int64_t place) const {  // 0: the first
    if (place < 0 || place >= count) return 0;
    const auto value = part(groups, static_cast<std::size_t>(place));
    if (value < 0 || value > 9999) refuse("a numeric with a digit out of range");
    return value;
  }
};

void append_numeric_digits(std::string& out, const Numeric& numeric) {
  if (numeric.weight < 0) out += '0';
  for (std::int64_t place = 0; place <= numeric.weight; ++place) {
    append_padded(out, static_cast<std::uint64_t>(numeric.group(place)), place == 0 ? 1 : 4);
  }
  if (numeric.scale == 0) return;
  out += '.';
  const auto begin = out.size();
  const auto wanted = static_cast<std::size_t>(numeric.scale);
  for (auto place = numeric.weight + 1; out.size() - begin < wanted; ++place) {
    append_padded(out, static_cast<std::uint64_t>(numeric.group(place)), 4);
  }
  out.resize(begin + wanted);
}

void append_numeric(std::string& out, std::string_view bytes) {
  if (bytes.size() < 8 || bytes.size() % 2 != 0) refuse("a numeric of a wrong length");
  const Numeric numeric{.groups = bytes.substr(8),
                        .count = part(bytes, 0),
                        .weight = part(bytes, 1),
                        .scale = part(bytes, 3)};
  if (numeric.count < 0 || numeric.groups.size() != static_cast<std::size_t>(numeric.count) * 2 ||
      numeric.scale < 0) {
    refuse("a numeric of a wrong length");
  }
  switch (static_cast<std::uint16_t>(part(bytes, 2))) {
    case 0x0000:
      return append_numeric_digits(out, numeric);
    case 0x4000:
      out += '-';
      return append_numeric_digits(out, numeric);
    case 0xC000:
      out += "NaN";
      return;
    case 0xD000:
      out += "Infinity";
      return;
    case 0xF000:
      out += "-Infinity";
      return;
    default:
      refuse("a numeric with an unknown sign");
  }
}

void append_boolean(std::string& out, std::string_view bytes) {
  if (bytes.size() != 1) refuse("a boolean of a wrong length");
  out += bytes.front() == 0 ? 'f' : 't';
}

}  // namespace

std::optional<BinaryForm> binary_form(std::uint32_t oid) noexcept {
  switch (oid) {
    case 16:
      return BinaryForm::boolean;
    case 17:
      return BinaryForm::bytea;
    case 20:
      return BinaryForm::int8;
    case 21:
      return BinaryForm::int2;
    case 23:
      return BinaryForm::int4;
    case 26:
      return BinaryForm::oid;
    case 19:    // name
    case 25:    // text
    case 114:   // json
    case 1042:  // bpchar
    case 1043:  // varchar
      return BinaryForm::text;
    case 1082:
      return BinaryForm::date;
    case 1083:
      return BinaryForm::time;
    case 1114:
      return BinaryForm::timestamp;
    case 1184:
      return BinaryForm::timestamptz;
    case 1700:
      return BinaryForm::numeric;
    case 2950:
      return BinaryForm::uuid;
    case 3802:
      return BinaryForm::jsonb;
    default:
      return std::nullopt;
  }
}

bool raw_text(BinaryForm form, std::string_view& bytes) {
  if (form == BinaryForm::text) return true;
  if (form != BinaryForm::jsonb) return false;
  if (bytes.empty() || bytes.front() != 1) refuse("a jsonb of an unknown version");
  bytes.remove_prefix(1);
  return true;
}

void append_binary_text(std::string& out, BinaryForm form, std::string_view bytes) {
  switch (form) {
    case BinaryForm::boolean:
      return append_boolean(out, bytes);
    case BinaryForm::int2:
      return base::append_number(out, big_endian<std::int16_t>(bytes));
    case BinaryForm::int4:
      return base::append_number(out, big_endian<std::int32_t>(bytes));
    case BinaryForm::int8:
      return base::append_number(out, big_endian<std::int64_t>(bytes));
    case BinaryForm::oid:
      return base::append_number(out, big_endian<std::uint32_t>(bytes));
    case BinaryForm::bytea:
      out += "\\x";
      return base::append_hex(out, bytes);
    case BinaryForm::date:
      return append_date(out, bytes);
    case BinaryForm::time:
      return append_time(out, bytes);
    case BinaryForm::timestamp:
      return append_timestamp(out, bytes, "");
    case BinaryForm::timestamptz:
      return append_timestamp(out, bytes, "+00");
    case BinaryForm::numeric:
      return append_numeric(out, bytes);
    case BinaryForm::uuid:
      return append_uuid(out, bytes);
    case BinaryForm::text:
    case BinaryForm::jsonb:
      out += bytes;
      return;
  }
}

}  // namespace cdckit::pg
