#include "tools/walcat/snapshot/chunk_reader.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

TEST_CASE("rows of a chunk are slices of its bytes") {
  Chunk chunk;
  chunk.relation.columns = {{"id", 23, -1, true}, {"a", 25, -1, false}};
  chunk.bytes = "1one2";
  chunk.fields = {{0, 1, false}, {1, 3, false}, {4, 1, false}, {5, 0, true}};
  chunk.rows = 2;
  CHECK(chunk.row(0)[1].bytes == "one");
  CHECK(chunk.row(1)[0].bytes == "2");
  CHECK(chunk.row(1)[1].kind == 'n');
}
