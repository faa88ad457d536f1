#include "common/cli/text_table.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace std::chrono_literals;
using cli::TextTable;

TEST_CASE("columns are as wide as their widest cell, numbers stand right") {
  TextTable table({{"SLOT"}, {"RETAINED", TextTable::Align::right}, {"STATUS"}});
  table.add({"a", "512 B", "reserved"});
  table.add({"größer", "47.7 MiB", ""});
  table.add({"steers\x1b[2J\nx", "", "lost"});
  CHECK(table.text() ==
        "SLOT          RETAINED  STATUS\n"
        "a                512 B  reserved\n"
        "größer        47.7 MiB  -\n"
        "steers?[2J x         -  lost\n");
  CHECK(TextTable({{"SLOT"}}).text() == "SLOT\n");
}

TEST_CASE("bytes with their unit") {
  CHECK(cli::human_bytes(0) == "0 B");
  CHECK(cli::human_bytes(1023) == "1023 B");
  CHECK(cli::human_bytes(1024) == "1.0 KiB");
  CHECK(cli::human_bytes(49'985'312) == "47.7 MiB");
  CHECK(cli::human_bytes(1'048'575) == "1.0 MiB");
  CHECK(cli::human_bytes(INT64_MAX) == "8.0 EiB");
  CHECK(cli::human_bytes(-2048) == "-2.0 KiB");
}

TEST_CASE("counts and times") {
  CHECK(cli::human_count(0) == "0");
  CHECK(cli::human_count(999) == "999");
  CHECK(cli::human_count(1000) == "1,000");
  CHECK(cli::human_count(1'234'567) == "1,234,567");
  CHECK(cli::human_count(-123) == "-123");
  CHECK(cli::human_count(-1234) == "-1,234");
  CHECK(cli::human_time(3210ms) == "3.2 s");
  CHECK(cli::human_time(310s) == "5 min 10 s");
  CHECK(cli::human_time(2h + 5min) == "2 h 5 min");
  CHECK(cli::human_time(76h) == "3 d 4 h");
}

TEST_CASE("a table is for whom asks for it") {
  CHECK(cli::wants_table("pretty"));
  CHECK_FALSE(cli::wants_table("ndjson"));
  std::string format;
  cli::FlagTable flags;
  cli::add_table_format(flags, format);
  flags.flags.at(0).take("pretty");
  CHECK(format == "pretty");
  CHECK_THROWS_AS(flags.flags.at(0).take("table"), std::invalid_argument);
}
