#include "tools/walcat/snapshot/part_reader.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

TEST_CASE("a part names what it reads") {
  TableSelect select;
  select.from = "ONLY \"t\"";
  select.columns = "\"a\"";
  const TablePart part{.number = 2, .table = nullptr, .select = &select, .range = {3, 4}};
  CHECK(copy_statement(*part.select, part.range).find("'(3,0)'") != std::string::npos);
  CHECK_THROWS_AS(
      [&] {
        pg::Connection connection({.conninfo = "host=127.0.0.1 port=1", .application_name = "t"});
        BatchQueues queues(1, 1);
        PartReader(connection, queues, 0, DataLine({"n", "d"})).read(part);
      }(),
      base::Error);
}
