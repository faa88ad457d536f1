#include "tools/kcat-cdc/schemas/source_type.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace cdckit::kcat_cdc {

namespace {

enum class Modifier { none, length, digits, fraction };

struct Known {
  std::string_view name;  // pg_type.typname in capitals, as the connector writes it
  std::string_view type;
  Modifier modifier = Modifier::none;
};

constexpr std::array kKnown{
    Known{"BOOL", "boolean"},
    Known{"INT2", "smallint"},
    Known{"SMALLSERIAL", "smallint"},
    Known{"INT4", "integer"},
    Known{"SERIAL", "integer"},
    Known{"INT8", "bigint"},
    Known{"BIGSERIAL", "bigint"},
    Known{"OID", "oid"},
    Known{"FLOAT4", "real"},
    Known{"FLOAT8", "double precision"},
    Known{"NUMERIC", "numeric", Modifier::digits},
    Known{"MONEY", "money"},
    Known{"TEXT", "text"},
    Known{"VARCHAR", "character varying", Modifier::length},
    Known{"BPCHAR", "character", Modifier::length},
    Known{"NAME", "name"},
    Known{"BYTEA", "bytea"},
    Known{"BIT", "bit", Modifier::length},
    Known{"VARBIT", "bit varying", Modifier::length},
    Known{"DATE", "date"},
    Known{"TIME", "time(?) without time zone", Modifier::fraction},
    Known{"TIMETZ", "time(?) with time zone", Modifier::fraction},
    Known{"TIMESTAMP", "timestamp(?) without time zone", Modifier::fraction},
    Known{"TIMESTAMPTZ", "timestamp(?) with time zone", Modifier::fraction},
    Known{"INTERVAL", "interval"},
    Known{"UUID", "uuid"},
    Known{"JSON", "json"},
    Known{"JSONB", "jsonb"},
    Known{"XML", "xml"},
    Known{"INET", "inet"},
    Known{"CIDR", "cidr"},
    Known{"MACADDR", "macaddr"},
    Known{"MACADDR8", "macaddr8"},
    Known{"POINT", "point"},
    Known{"BOX", "box"},
    Known{"LSEG", "lseg"},
    Known{"PATH", "path"},
    Known{"POLYGON", "polygon"},
    Known{"CIRCLE", "circle"},
    Known{"LINE", "line"},
    Known{"INT4RANGE", "int4range"},
    Known{"INT8RANGE", "int8range"},
    Known{"NUMRANGE", "numrange"},
    Known{"TSRANGE", "tsrange"},
    Known{"TSTZRANGE", "tstzrange"},
    Known{"DATERANGE", "daterange"},
    Known{"TSVECTOR", "tsvector"},
    Known{"TSQUERY", "tsquery"},
    Known{"PG_LSN", "pg_lsn"},
};

constexpr std::string_view kPrefix = "__debezium.source.column.";

std::string parameter(std::string_view parameters, std::string_view name) {
  const std::string_view token =
      ndjson::find_member(parameters, std::string(kPrefix) + std::string(name));
  std::string scratch;
  return token.starts_with('"') ? std::string(ndjson::unescape(token, scratch)) : std::string();
}

struct Size {
  std::optional<std::int64_t> length;
  std::optional<std::int64_t> scale;
};

std::string modified(const Known& known, const Size& size) {
  std::string type(known.type);
  constexpr std::int64_t kMostCharacters = 10'485'760;
  constexpr std::int64_t kMostDigits = 1'000;
  switch (known.modifier) {
    case Modifier::none:
      break;
    case Modifier::length:
      if (size.length && *size.length > 0 && *size.length <= kMostCharacters)
        type += "(" + std::to_string(*size.length) + ")";
      break;
    case Modifier::digits:
      if (size.length && *size.length > 0 && *size.length <= kMostDigits && size.scale &&
          *size.scale >= 0 && *size.scale <= *size.length)
        type += "(" + std::to_string(*size.length) + "," + std::to_string(*size.scale) + ")";
      break;
    case Modifier::fraction: {
      const bool short_one = size.scale && *size.scale >= 0 && *size.scale < 6;
      const auto at = type.find("(?)");
      type.replace(at, 3, short_one ? "(" + std::to_string(*size.scale) + ")" : "");
      break;
    }
  }
  return type;
}

}  // namespace

std::string source_type(std::string_view parameters) {
  std::string name = parameter(parameters, "type");
  const bool array = name.starts_with('_');
  if (array) name.erase(0, 1);
  const auto* found = std::find_if(
      kKnown.begin(), kKnown.end(), [&](const Known& known) { return known.name == name; });
  if (found == kKnown.end()) return {};
  const Size size{base::parse_signed(parameter(parameters, "length")),
                  base::parse_signed(parameter(parameters, "scale"))};
  // of an array the connector's sizes are not those of its elements
  return array ? modified(*found, {}) + "[]" : modified(*found, size);
}

}  // namespace cdckit::kcat_cdc
