#include "tools/cdc-check/program/encodings.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"

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
    if (column.modifier >= kHeader) encoding.scale = (column.modifier - kHeader) & 0x7FF;
  } else {
    return false;
  }
  return true;
}

Digits absolute_of(std::string_view bytes, bool negative, bool& fits) noexcept {
  Digits value = 0;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (value >> 119U != 0) fits = false;
    value = value << 8U | static_cast<unsigned char>(negative ? ~byte : byte);
  }
  return negative ? value + 1 : value;
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

std::optional<Decimal> decode_decimal(std::string_view token, std::int32_t scale) {
  if (token.starts_with('{')) {
    const auto own = base::parse_signed(ndjson::find_member(token, "scale"));
    token = ndjson::find_member(token, "value");
    if (!own || *own < -100'000 || *own > 100'000) return std::nullopt;
    scale = static_cast<std::int32_t>(*own);
  }
  const auto bytes = base::from_base64(text_of(token));
  if (!bytes || bytes->empty()) return std::nullopt;
  const bool negative = (static_cast<unsigned char>(bytes->front()) & 0x80U) != 0;
  bool fits = true;
  const Digits digits = absolute_of(*bytes, negative, fits);
  if (!fits || count_digits(digits) > kMostDigits) return std::nullopt;
  Decimal value;
  if (digits == 0) return value;
  value.digits = digits;
  value.negative = negative;
  value.count = count_digits(digits);
  value.exponent = -scale;
  value.lowest = value.exponent;
  for (Digits rest = digits; rest % 10 == 0; rest /= 10) ++value.lowest;
  return value;
}

}  // namespace cdckit::cdc_check
