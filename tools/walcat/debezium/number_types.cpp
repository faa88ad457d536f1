#include "common/event/java_number.hpp"
#include "tools/walcat/debezium/decimal.hpp"
#include "tools/walcat/debezium/json_text.hpp"
#include "tools/walcat/debezium/mapping.hpp"
#include "tools/walcat/debezium/unavailable.hpp"
#include "tools/walcat/encode/type_oids.hpp"

namespace cdckit::walcat {
namespace {

constexpr std::string_view kDecimalHint = "--decimal-handling string keeps it";
constexpr std::string_view kArrayHint = "without --debezium-quirks it is kept";
constexpr std::int32_t kMoneyScale = 2;
constexpr const char* kDecimalName = "org.apache.kafka.connect.data.Decimal";

void append_raw(std::string& out, std::string_view text, const Codec& /*codec*/) {
  out += text;
}

void append_boolean(std::string& out, std::string_view text, const Codec& /*codec*/) {
  out += text == "t" ? "true" : "false";
}

void append_single(std::string& out, std::string_view text, const Codec& /*codec*/) {
  event::append_java_number(out, text, event::FloatWidth::single);
}

void append_double(std::string& out, std::string_view text, const Codec& /*codec*/) {
  event::append_java_number(out, text, event::FloatWidth::twice);
}

void append_decimal(std::string& out, std::string_view text, const Codec& codec) {
  Decimal decimal;
  if (!parse_decimal(text, decimal)) {
    append_unrepresentable(out, text, kDecimalHint);
    return;
  }
  out += '"';
  append_unscaled(out, decimal, codec.parameter);
  out += '"';
}

void append_variable_decimal(std::string& out, std::string_view text, const Codec& /*codec*/) {
  Decimal decimal;
  if (!parse_decimal(text, decimal)) {
    append_unrepresentable(out, text, kDecimalHint);
    return;
  }
  decimal = stripped(decimal);
  out += "{\"scale\":";
  append_integer(out, static_cast<std::int64_t>(decimal.fraction.size()));
  out += ",\"value\":\"";
  append_unscaled(out, decimal, static_cast<std::int32_t>(decimal.fraction.size()));
  out += "\"}";
}

// Debezium's words for what is no number.
void append_decimal_text(std::string& out, std::string_view text, const Codec& /*codec*/) {
  if (text == "NaN") text = "NAN";
  if (text == "Infinity") text = "POSITIVE_INFINITY";
  if (text == "-Infinity") text = "NEGATIVE_INFINITY";
  out += '"';
  out += text;
  out += '"';
}

// `parameter` digits behind the point, for a scale that the connector reads as a large one.
void append_padded_decimal(std::string& out, std::string_view text, const Codec& codec) {
  Decimal decimal;
  if (!parse_decimal(text, decimal)) return append_decimal_text(out, text, codec);
  out += '"';
  out += text;
  if (decimal.fraction.empty()) out += '.';
  out.append(static_cast<std::size_t>(codec.parameter) - decimal.fraction.size(), '0');
  out += '"';
}

void append_decimal_double(std::string& out, std::string_view text, const Codec& /*codec*/) {
  event::append_java_number(out, event::to_double(text));
}

// In an array the connector takes finite numbers only, whatever the handling.
template <AppendValue Append>
void append_finite(std::string& out, std::string_view text, const Codec& codec) {
  Decimal decimal;
  if (!parse_decimal(text, decimal)) return append_unrepresentable(out, text, kArrayHint);
  Append(out, text, codec);
}

// `-$1,234.50` is -1234.50; the connection speaks with lc_monetary C.
std::string_view plain_money(std::string_view text, char (&scratch)[40]) noexcept {
  std::size_t size = 0;
  for (const char letter : text) {
    const bool wanted = (letter >= '0' && letter <= '9') || letter == '.' || letter == '-';
    if (wanted && size < sizeof scratch) scratch[size++] = letter;
  }
  return {scratch, size};
}

template <AppendValue Append>
void append_money(std::string& out, std::string_view text, const Codec& codec) {
  char scratch[40];
  Append(out, plain_money(text, scratch), codec);
}

Mapping scalar(AppendValue append, const char* type, const char* filler) {
  Mapping mapping;
  mapping.codec.append = append;
  mapping.schema = simple_schema(type);
  mapping.filler = filler;
  return mapping;
}

// A modifier holds precision and scale; scales may be negative since 15.
std::int32_t precision_of(std::int32_t modifier) noexcept {
  return ((modifier - 4) >> 16) & 0xFFFF;
}
std::int32_t scale_of(std::int32_t modifier, bool quirks) noexcept {
  const std::int32_t raw = (modifier - 4) & 0x7FF;
  return quirks || raw < 1024 ? raw : raw - 2048;
}

Mapping precise_decimal(std::int32_t scale,
                        std::int32_t precision,
                        const std::string& placeholder) {
  Mapping mapping = scalar(&append_decimal, "bytes", "\"AA==\"");
  mapping.codec.parameter = scale;
  mapping.schema = simple_schema("bytes", kDecimalName);
  mapping.schema.parameters = R"({"scale":")" + std::to_string(scale) + '"';
  if (precision != 0) {
    mapping.schema.parameters +=
        R"(,"connect.decimal.precision":")" + std::to_string(precision) + '"';
  }
  mapping.schema.parameters += '}';
  mapping.unavailable = base64_string(placeholder);
  return mapping;
}

Mapping variable_decimal(const std::string& placeholder) {
  Mapping mapping = scalar(&append_variable_decimal, "struct", R"({"scale":0,"value":"AA=="})");
  mapping.schema = simple_schema("struct", "io.debezium.data.VariableScaleDecimal");
  mapping.schema.doc = "Variable scaled decimal";
  mapping.schema.nested = "\"fields\":[" +
                          schema_json(simple_schema("int32"),
                                      {.optional = false, .default_value = {}, .field = "scale"}) +
                          "," +
                          schema_json(simple_schema("bytes"),
                                      {.optional = false, .default_value = {}, .field = "value"}) +
                          "]";
  mapping.unavailable = R"({"scale":0,"value":)" + base64_string(placeholder) + "}";
  return mapping;
}

// The connector takes a negative scale for a large one.
Mapping decimal_text(const MappedType& type, const DebeziumSettings& settings) {
  const bool element = settings.quirks && type.place == Place::element;
  Mapping mapping = scalar(
      element ? &append_finite<append_decimal_text> : &append_decimal_text, "string", "\"0\"");
  const auto scale = type.modifier < 0 ? 0 : scale_of(type.modifier, settings.quirks);
  if (scale > 0) mapping.filler = "\"0." + std::string(static_cast<std::size_t>(scale), '0') + '"';
  mapping.unavailable = java_string(unavailable_bytes(settings));
  if (!settings.quirks || type.modifier < 0 || scale_of(type.modifier, false) >= 0) return mapping;
  mapping.codec.append = element ? &append_finite<append_padded_decimal> : &append_padded_decimal;
  mapping.codec.parameter = scale_of(type.modifier, true);
  return mapping;
}

Mapping map_numeric(const MappedType& type, const DebeziumSettings& settings) {
  const auto placeholder = unavailable_bytes(settings);
  if (settings.decimal_handling == "string") return decimal_text(type, settings);
  if (settings.decimal_handling == "double") {
    const bool element = settings.quirks && type.place == Place::element;
    return scalar(
        element ? &append_finite<append_decimal_double> : &append_decimal_double, "double", "0.0");
  }
  if (type.modifier < 0) return variable_decimal(placeholder);
  return precise_decimal(
      scale_of(type.modifier, settings.quirks), precision_of(type.modifier), placeholder);
}

Mapping map_money(const DebeziumSettings& settings) {
  if (settings.decimal_handling == "string")
    return scalar(&append_money<append_decimal_text>, "string", "\"0.00\"");
  if (settings.decimal_handling == "double")
    return scalar(&append_money<append_decimal_double>, "double", "0.0");
  Mapping mapping = precise_decimal(kMoneyScale, 0, unavailable_bytes(settings));
  mapping.codec.append = &append_money<append_decimal>;
  return mapping;
}

}  // namespace

MaybeMapping map_number(const MappedType& type, const DebeziumSettings& settings) {
  switch (type.type.oid) {
    case oid::kBool:
      return scalar(&append_boolean, "boolean", "false");
    case oid::kInt2:
      return scalar(&append_raw, "int16", "0");
    case oid::kInt4:
      return scalar(&append_raw, "int32", "0");
    case oid::kInt8:
    case oid::kOid:
      return scalar(&append_raw, "int64", "0");
    case oid::kFloat4:
      return scalar(&append_single, "float", "0.0");
    case oid::kFloat8:
      return scalar(&append_double, "double", "0.0");
    case oid::kNumeric:
      return map_numeric(type, settings);
    case oid::kMoney:
      return map_money(settings);
    default:
      return std::nullopt;
  }
}

}  // namespace cdckit::walcat
