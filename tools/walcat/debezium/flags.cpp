#include "tools/walcat/debezium/flags.hpp"

#include "common/base/error.hpp"
#include "common/base/json_string.hpp"
#include "tools/walcat/debezium/unavailable.hpp"

namespace cdckit::walcat {

void add_debezium_flags(std::vector<cli::Flag>& into, DebeziumSettings& settings) {
  cli::FlagTable table("Debezium encoding");
  table.choice("decimal-handling",
               {"precise", "string", "double"},
               settings.decimal_handling,
               "numeric and money: Connect's Decimal in base64, text, or floating point.");
  table.choice(
      "time-precision",
      {"adaptive",
       "adaptive_time_microseconds",
       "connect",
       "isostring",
       "microseconds",
       "nanoseconds"},
      settings.time_precision,
      "date, time and timestamp: numbers of the unit that the column's precision asks for, "
      "Connect's own types in milliseconds, ISO 8601 text, or always that unit.");
  table.choice("binary-handling",
               {"bytes", "base64", "base64-url-safe", "hex"},
               settings.binary_handling,
               "bytea, and the content of logical messages.");
  table.choice("interval-handling",
               {"numeric", "string"},
               settings.interval_handling,
               "Microseconds, a month being 30.4375 days, or ISO 8601.");
  table.choice("hstore-handling",
               {"json", "map"},
               settings.hstore_handling,
               "hstore as a string of JSON or as an object.");
  table.text("unavailable-value",
             "TEXT",
             settings.unavailable_value,
             "What stands for a large value that did not change and was not sent. hex: before it "
             "spells bytes.");
  table.toggle("schemas",
               settings.schemas,
               "Wrap key and value as {\"schema\",\"payload\"}, as JsonConverter does with "
               "schemas.enable=true.");
  table.toggle(
      "debezium-quirks",
      settings.quirks,
      "Print what the connector prints where it loses data: defaults in place of NULL, "
      "dropped columns, dates of the far past and infinite ones. Default: the row's value.");
  into.insert(into.end(), table.flags.begin(), table.flags.end());
}

void check_debezium_settings(const DebeziumSettings& settings, const std::string& encoding) {
  const auto placeholder = unavailable_bytes(settings);
  if (base::to_valid_utf8(placeholder) != placeholder) {
    throw base::Error(base::ErrorKind::usage,
                      "could not use --unavailable-value: its bytes are no UTF-8",
                      "It also stands in strings of JSON.");
  }
  if (encoding == "debezium") return;
  const DebeziumSettings fresh;
  const auto refuse_unless = [](bool same, const char* flag) {
    if (same) return;
    throw base::Error(base::ErrorKind::usage,
                      std::string("could not use --") + flag + " with --encoding plain",
                      "It says how --encoding debezium prints values.");
  };
  refuse_unless(settings.decimal_handling == fresh.decimal_handling, "decimal-handling");
  refuse_unless(settings.time_precision == fresh.time_precision, "time-precision");
  refuse_unless(settings.binary_handling == fresh.binary_handling, "binary-handling");
  refuse_unless(settings.interval_handling == fresh.interval_handling, "interval-handling");
  refuse_unless(settings.hstore_handling == fresh.hstore_handling, "hstore-handling");
  refuse_unless(settings.unavailable_value == fresh.unavailable_value, "unavailable-value");
  refuse_unless(!settings.schemas, "schemas");
  refuse_unless(!settings.quirks, "debezium-quirks");
}

}  // namespace cdckit::walcat
