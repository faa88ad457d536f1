#include "common/pipe/value_flags.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("how values are written") {
  std::string encoding;
  std::string binary;
  std::string unavailable = "__unavailable";
  cli::FlagTable table("Values");
  pipe::declare_encoding(table, encoding, binary, unavailable);
  REQUIRE(table.flags.size() == 3);
  CHECK(table.flags[0].fallback == "what the stream says");
  CHECK(table.flags[2].fallback == "__unavailable");
  table.flags[0].take("debezium");
  table.flags[1].take("hex");
  table.flags[2].take("n/a");
  CHECK(encoding == "debezium");
  CHECK(binary == "hex");
  CHECK(unavailable == "n/a");
  CHECK_THROWS_AS(table.flags[0].take("avro"), std::invalid_argument);
  CHECK_THROWS_AS(table.flags[1].take("octal"), std::invalid_argument);
}

TEST_CASE("what follows from a value that was not sent") {
  std::string unavailable;
  cli::FlagTable table;
  pipe::declare_unavailable(table, unavailable, ": nothing");
  CHECK(table.flags.front().help ==
        "What stands for an unchanged large value in events of Debezium: nothing.");
}
