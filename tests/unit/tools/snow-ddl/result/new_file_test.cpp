#include "tools/snow-ddl/result/new_file.hpp"

#include "common/base/error.hpp"
#include "common/io/file_descriptor.hpp"
#include "tests/unit/tools/snow-ddl/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

TEST_CASE("a file is written once, with the folders above it") {
  const ScriptFolder folder;
  const std::string path = folder.path() + "/a/b/V1__x.sql";
  write_new_file(path, "select 1;\n");
  CHECK(io::read_file(path) == "select 1;\n");
  CHECK_THROWS_AS(write_new_file(path, "select 2"), base::Error);
  CHECK(io::read_file(path) == "select 1;\n");
}

TEST_CASE("a table's name as part of a file's") {
  CHECK(file_part("ORDERS_1") == "orders_1");
  CHECK(file_part("My table/\"x\"") == "my_table__x_");
}

}  // namespace cdckit::snow_ddl
