#include "tools/walcat/debezium/flags.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

TEST_CASE("the flags set the knobs") {
  std::vector<cdckit::cli::Flag> flags;
  DebeziumSettings settings;
  add_debezium_flags(flags, settings);
  for (auto& flag : flags) {
    if (flag.name == "decimal-handling") flag.set("string");
    if (flag.name == "unavailable-value") flag.set("x");
  }
  CHECK(flags.size() == 8);
  CHECK(settings.decimal_handling == "string");
  CHECK(settings.unavailable_value == "x");
}

TEST_CASE("knobs without the encoding are refused") {
  DebeziumSettings settings;
  CHECK_NOTHROW(check_debezium_settings(settings, "plain"));
  settings.schemas = true;
  CHECK_NOTHROW(check_debezium_settings(settings, "debezium"));
  CHECK_THROWS_AS(check_debezium_settings(settings, "plain"), cdckit::base::Error);
  settings = {};
  settings.time_precision = "connect";
  CHECK_THROWS_AS(check_debezium_settings(settings, "plain"), cdckit::base::Error);
}
