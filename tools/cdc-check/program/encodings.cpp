#include "tools/cdc-check/program/encodings.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"

#include <cstdint>
#include <vector>

namespace cdckit::cdc_check {
namespace {

struct Named {
  std::string_view name;
  Unit unit;
};

constexpr Named kLogicalTypes[] = {
    {"io.debezium.time.Date", Unit::days},
    {"org.apache.kafka.connect.data.Date", Unit::days},
    {"io.debezium.time.Time", Unit::milliseconds},
    {"org.apache.kafka.connect.data.Time", Unit::milliseconds},
    {"io.debezium.time.MicroTime", Unit::microseconds},
    {"io.debezium.time.NanoTime", Unit::nanoseconds},
    {"io.debezium.time.Timestamp", Unit::milliseconds},
    {"org.apache.kafka.connect.data.Timestamp", Unit::milliseconds},
    {"io.debezium.time.MicroTimestamp", Unit::microseconds},
    {"io.debezium.time.NanoTimestamp", Unit::nanoseconds},
};

std::string_view text_of(std::string_view token) noexcept {
  return token.size() >= 2 && token.front() == '"' ? token.substr(1, token.size() - 2)
                                                   : std::string_view{};
}

bool take_logical_type(std::string_view field, Encoding& encoding) {
  const std::string_view name = text_of(ndjson::find_member(field, "name"));
  for (const Named& known : kLogicalTypes) {
    if (known.name != name) continue;
    encoding.unit = known.unit;
    return true;
  }
  if (name == "org.apache.kafka.connect.data.Decimal") {
    const std::string_view parameters = ndjson::find_member(field, "parameters");
    if (!parameters.starts_with('{')) return false;
    const auto scale = base::parse_signed(text_of(ndjson::find_member(parameters, "scale")));
    encoding.base64_decimal = scale.has_value();
    encoding.scale = static_cast<std::int32_t>(scale.value_or(0));
    return scale.has_value();
  }
  encoding.base64_decimal = name == "io.debezium.data.VariableScaleDecimal";
  return encoding.base64_decimal;
}

// The fields of `after` in the value's Connect schema; empty when there is none.
std::string_view fields_of_row(std::string_view connect) {
  const std::string_view value = ndjson::find_member(connect, "value");
  if (!value.starts_with('{')) return {};
  const std::string_view fields = ndjson::find_member(value, "fields");
  if (!fields.starts_with('[')) return {};
  ndjson::ArrayCursor cursor(fields);
  std::string_view field;
  while (cursor.next(field)) {
    if (field.starts_with('{') && text_of(ndjson::find_member(field, "field")) == "after")
      return ndjson::find_member(field, "fields");
  }
  return {};
}

std::int32_t fraction_digits(const event::Column& column) noexcept {
  return column.modifier < 0 ? 6 : column.modifier;
}

// The connector's defaults.
bool take_type(const event::Column& column, Encoding& encoding) {
  const std::string_view type = column.type;
  const bool with_zone = type.ends_with("with time zone");
  if (type == "date") {
    encoding.unit = Unit::days;
  } else if (type.starts_with("time") && !with_zone) {  // timestamp, too
    encoding.unit = fraction_digits(column) <= 3 ? Unit::milliseconds : Unit::microseconds;
  } else if (type.starts_with("numeric")) {
    constexpr std::int32_t kHeader = 4;
    encoding.base64_decimal = true;
    constexpr std::int32_t kNegative = 0x400;  // 11 bits with a sign
    if (column.modifier >= kHeader)
      encoding.scale = (((column.modifier - kHeader) & 0x7FF) ^ kNegative) - kNegative;
  } else {
    return false;
  }
  return true;
}

// How far a scale of PostgreSQL and of Java's decimals may sensibly be from 0.
constexpr std::int64_t kFarthest = 20'000;
constexpr std::size_t kMostBytes = 60'000;  // PostgreSQL's largest number has fewer

// Big-endian two's complement, by nine digits at a time.
std::string digits_of(std::string_view bytes, bool negative) {
  constexpr std::uint64_t kBase = 1'000'000'000;
  std::vector<std::uint32_t> limbs(1);  // the lowest first
  const auto times_and_add = [&](std::uint64_t factor, std::uint64_t carry) {
    for (std::uint32_t& limb : limbs) {
      carry += limb * factor;
      limb = static_cast<std::uint32_t>(carry % kBase);
      carry /= kBase;
    }
    for (; carry != 0; carry /= kBase) limbs.push_back(static_cast<std::uint32_t>(carry % kBase));
  };
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    times_and_add(256, negative ? static_cast<unsigned char>(~byte) : byte);
  }
  if (negative) times_and_add(1, 1);
  std::string out = std::to_string(limbs.back());
  for (std::size_t i = limbs.size() - 1; i-- > 0;) {
    const std::string nine = std::to_string(limbs[i]);
    out.append(9 - nine.size(), '0');
    out += nine;
  }
  return out;
}

}  // namespace

std::map<std::string, Encoding, std::less<>> encodings_of(const event::TableSchema& schema) {
  std::map<std::string, Encoding, std::less<>> out;
  if (!schema.connect.empty()) {
    const std::string_view fields = fields_of_row(schema.connect);
    if (fields.starts_with('[')) {
      ndjson::ArrayCursor cursor(fields);
      std::string_view field;
      std::string scratch;
      while (cursor.next(field)) {
        Encoding encoding;
        if (!field.starts_with('{') || !take_logical_type(field, encoding)) continue;
        const std::string_view name = ndjson::find_member(field, "field");
        if (name.starts_with('"')) out[std::string(ndjson::unescape(name, scratch))] = encoding;
      }
      return out;
    }
  }
  if (schema.encoding != "debezium") return out;
  for (const event::Column& column : schema.columns) {
    Encoding encoding;
    if (take_type(column, encoding)) out[column.name] = encoding;
  }
  return out;
}

std::optional<std::string> decimal_text(std::string_view token, std::int64_t scale) {
  if (token.starts_with('{')) {
    const auto own = base::parse_signed(ndjson::find_member(token, "scale"));
    token = ndjson::find_member(token, "value");
    if (!own) return std::nullopt;
    scale = *own;
  }
  if (scale < -kFarthest || scale > kFarthest) return std::nullopt;
  const auto bytes = base::from_base64(text_of(token));
  if (!bytes || bytes->empty() || bytes->size() > kMostBytes) return std::nullopt;
  const bool negative = (static_cast<unsigned char>(bytes->front()) & 0x80U) != 0;
  std::string text = digits_of(*bytes, negative);
  if (scale < 0 && text != "0") text.append(static_cast<std::size_t>(-scale), '0');
  if (scale > 0) {
    const auto places = static_cast<std::size_t>(scale);
    if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
    text.insert(text.size() - places, ".");
  }
  return negative ? "-" + text : text;
}

}  // namespace cdckit::cdc_check
