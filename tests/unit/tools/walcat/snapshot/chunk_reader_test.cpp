#include "tools/walcat/snapshot/chunk_reader.hpp"

#include "common/base/error.hpp"

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

TEST_CASE("a server that is away is told, not hidden") {
  Options options;
  options.conninfo = "host=127.0.0.1 port=1";
  const TableFilter filter({}, {});
  const std::vector<std::string> publications;
  ChunkReader reader(options, filter, publications);
  IncrementalState state;
  state.tables = {"public.t"};
  CHECK_THROWS_AS(reader.read(state), base::Error);
  CHECK_THROWS_AS(reader.signal(state), base::Error);
}
