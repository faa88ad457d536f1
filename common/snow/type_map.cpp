#include "common/snow/type_map.hpp"

#include "common/base/text.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace cdckit::snow {
namespace {

constexpr int kMostDigits = 38;
constexpr int kDefaultDigits = 38;
constexpr int kFinestSecond = 9;

struct Parsed {
  std::string name;  // without arguments and modifiers' parentheses
  int first = -1;
  int second = -1;
};

int number_at(std::string_view text) {
  int value = -1;
  text = base::trim(text);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : -1;
}

// `timestamp(3) without time zone` -> name "timestamp without time zone", first 3
Parsed parse(std::string_view type) {
  Parsed out;
  const std::size_t open = type.find('(');
  const std::size_t close = type.find(')', open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos || close == std::string_view::npos) {
    out.name = base::trim(type);
    return out;
  }
  const std::string_view arguments = type.substr(open + 1, close - open - 1);
  const std::size_t comma = arguments.find(',');
  out.first = number_at(arguments.substr(0, comma));
  if (comma != std::string_view::npos) out.second = number_at(arguments.substr(comma + 1));
  out.name = std::string(base::trim(type.substr(0, open))) + std::string(type.substr(close + 1));
  return out;
}

std::string numeric_type(const Parsed& type) {
  const int scale = type.second < 0 ? 0 : type.second;
  // Without precision, or with a negative scale, a numeric may hold more than 38 digits.
  if (type.first <= 0 || type.first > kMostDigits || scale > type.first || type.second < -1) {
    return "VARCHAR";
  }
  return "NUMBER(" + std::to_string(type.first) + "," + std::to_string(scale) + ")";
}

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array<Pair, 27> kPostgres = {{
    {"smallint", "NUMBER(5,0)"},
    {"int2", "NUMBER(5,0)"},
    {"integer", "NUMBER(10,0)"},
    {"int", "NUMBER(10,0)"},
    {"int4", "NUMBER(10,0)"},
    {"bigint", "NUMBER(19,0)"},
    {"int8", "NUMBER(19,0)"},
    {"oid", "NUMBER(10,0)"},
    {"real", "FLOAT"},
    {"float4", "FLOAT"},
    {"double precision", "FLOAT"},
    {"float8", "FLOAT"},
    {"boolean", "BOOLEAN"},
    {"bool", "BOOLEAN"},
    {"date", "DATE"},
    {"time without time zone", "TIME"},
    {"time", "TIME"},
    {"timestamp without time zone", "TIMESTAMP_NTZ(6)"},
    {"timestamp", "TIMESTAMP_NTZ(6)"},
    {"timestamp with time zone", "TIMESTAMP_TZ(6)"},
    {"timestamptz", "TIMESTAMP_TZ(6)"},
    {"bytea", "BINARY"},
    {"json", "VARIANT"},
    {"jsonb", "VARIANT"},
    {"record", "VARIANT"},
    {"text", "VARCHAR"},
    {"uuid", "VARCHAR"},
}};

constexpr std::array<std::pair<std::string_view, TypeFamily>, 36> kSnowflake = {{
    {"NUMBER", TypeFamily::number},
    {"DECIMAL", TypeFamily::number},
    {"NUMERIC", TypeFamily::number},
    {"INT", TypeFamily::number},
    {"INTEGER", TypeFamily::number},
    {"BIGINT", TypeFamily::number},
    {"SMALLINT", TypeFamily::number},
    {"TINYINT", TypeFamily::number},
    {"BYTEINT", TypeFamily::number},
    {"FIXED", TypeFamily::number},
    {"FLOAT", TypeFamily::real},
    {"FLOAT4", TypeFamily::real},
    {"FLOAT8", TypeFamily::real},
    {"DOUBLE", TypeFamily::real},
    {"DOUBLE PRECISION", TypeFamily::real},
    {"REAL", TypeFamily::real},
    {"VARCHAR", TypeFamily::text},
    {"STRING", TypeFamily::text},
    {"TEXT", TypeFamily::text},
    {"CHAR", TypeFamily::text},
    {"CHARACTER", TypeFamily::text},
    {"BOOLEAN", TypeFamily::boolean},
    {"DATE", TypeFamily::date},
    {"TIME", TypeFamily::time},
    {"TIMESTAMP_NTZ", TypeFamily::timestamp},
    {"DATETIME", TypeFamily::timestamp},
    {"TIMESTAMP", TypeFamily::timestamp},
    {"TIMESTAMP WITHOUT TIME ZONE", TypeFamily::timestamp},
    {"TIMESTAMP_TZ", TypeFamily::timestamp_zone},
    {"TIMESTAMP_LTZ", TypeFamily::timestamp_zone},
    {"TIMESTAMP WITH TIME ZONE", TypeFamily::timestamp_zone},
    {"BINARY", TypeFamily::binary},
    {"VARBINARY", TypeFamily::binary},
    {"VARIANT", TypeFamily::variant},
    {"OBJECT", TypeFamily::variant},
    {"ARRAY", TypeFamily::variant},
}};

bool number_can_hold(const ColumnType& target, const ColumnType& source) {
  return target.scale >= source.scale &&
         target.precision - target.scale >= source.precision - source.scale;
}

}  // namespace

std::string snowflake_type(std::string_view postgres_type) {
  if (postgres_type.ends_with("[]")) return "VARIANT";
  const Parsed type = parse(postgres_type);
  if (type.name == "numeric" || type.name == "decimal") return numeric_type(type);
  for (const auto& [name, mapped] : kPostgres) {
    if (name == type.name) return std::string(mapped);
  }
  return "VARCHAR";
}

ColumnType parse_column_type(std::string_view snowflake_type) {
  const Parsed type = parse(snowflake_type);
  const std::string name = base::to_upper(type.name);
  ColumnType out;
  for (const auto& [known, family] : kSnowflake) {
    if (known == name) out.family = family;
  }
  if (out.family == TypeFamily::number) {
    out.precision = type.first < 0 ? kDefaultDigits : type.first;
    out.scale = type.second < 0 ? 0 : type.second;
  }
  if (out.family == TypeFamily::time || out.family == TypeFamily::timestamp ||
      out.family == TypeFamily::timestamp_zone)
    out.scale = type.first < 0 ? kFinestSecond : type.first;
  if ((out.family == TypeFamily::text || out.family == TypeFamily::binary) && type.first > 0) {
    out.length = type.first;
  }
  return out;
}

std::string widened_type(const ColumnType& target, const ColumnType& source) {
  if (target.family != source.family || can_hold(target, source)) return {};
  if (target.family == TypeFamily::number && target.scale == source.scale)
    return "NUMBER(" + std::to_string(source.precision) + "," + std::to_string(source.scale) + ")";
  if (target.family == TypeFamily::text) {
    return source.length == 0 ? "VARCHAR" : "VARCHAR(" + std::to_string(source.length) + ")";
  }
  return {};
}

bool can_hold(const ColumnType& target, const ColumnType& source) {
  if (target.family == TypeFamily::text || target.family == TypeFamily::variant) return true;
  if (target.family == TypeFamily::number && source.family == TypeFamily::number) {
    return number_can_hold(target, source);
  }
  if (target.family == TypeFamily::real && source.family == TypeFamily::number) return true;
  return target.family == source.family;
}

}  // namespace cdckit::snow
