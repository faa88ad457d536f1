// How a table's columns are written where a number or a string alone does not say it: Debezium's
// times and decimals, by the Connect schema of a `schema` line, else by the column's type and the
// connector's defaults.
#pragma once

#include "common/event/schema.hpp"
#include "tools/cdc-check/values/moment.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace cdckit::cdc_check {

struct Encoding {
  Unit unit = Unit::guess;  // of a number that is a time
  bool base64_decimal = false;
  std::int32_t scale = 0;
};

// By the column's name; only those that are written in a way of their own.
std::map<std::string, Encoding, std::less<>> encodings_of(const event::TableSchema& schema);

// All digits of a base64 token of a two's complement number with the scale, or of
// {"scale":..,"value":..}, as PostgreSQL writes the number. Nothing when it is none.
std::optional<std::string> decimal_text(std::string_view token, std::int64_t scale);

}  // namespace cdckit::cdc_check
