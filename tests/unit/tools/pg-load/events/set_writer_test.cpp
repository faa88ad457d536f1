#include "tools/pg-load/events/set_writer.hpp"

#include "common/base/error.hpp"
#include "tools/pg-load/value/big_endian.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

TEST_CASE("a set is not forgotten when the server is not there") {
  Session session({.conninfo = "host=127.0.0.1 port=1 sslmode=disable", .policy = {}, .stop = {}});
  EventFold set;
  std::string& buffer = set.buffer();
  append_bytes_field(buffer, "c");
  append_big_endian(buffer, std::int32_t{-1});
  EncodedEvent event{.op = 'c', .offset = 0};
  event.key_offset = buffer.size();
  append_integer_field(buffer, std::int32_t{7});
  event.key_length = buffer.size() - event.key_offset;
  REQUIRE(set.add(event, {0}));
  SetPlan plan;
  plan.keyed = true;
  plan.sort = true;
  plan.columns = 1;
  SetWriter writer;
  CHECK_THROWS_AS(writer.write(session, set, plan), base::Error);
  CHECK(set.rows() == 1);
}
