#include "tools/opensky-fetch/recording/recorded_name.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {

TEST_CASE("a name holds endpoint, instant and part, and is read back") {
  const RecordedName one{"states", 1'533'114'000'123, 1, 1};
  CHECK(file_name(one) == "states-20180801T090000.123Z.json.zst");
  const RecordedName part{"flights", 1'533'114'000'000, 2, 12};
  CHECK(file_name(part) == "flights-20180801T090000.000Z.2of12.json.zst");
  for (const RecordedName& name : {one, part}) {
    const auto read = parse_file_name(file_name(name));
    REQUIRE(read.has_value());
    CHECK(read->endpoint == name.endpoint);
    CHECK(read->polled == name.polled);
    CHECK(read->part == name.part);
    CHECK(read->parts == name.parts);
  }
  CHECK(parse_file_name("states-20180801T090000.123Z.json")->polled == one.polled);
}

TEST_CASE("other names are of other files") {
  for (const char* name : {"",
                           "day.json",
                           "states-2018.json",
                           "states.ndjson.zst",
                           "switzerland-2018-08-01.ndjson.zst",
                           "states-20189901T090000.123Z.json",
                           "states-20180801T090000.123Z.json.gz",
                           "states-20180801T090000.123Z.0of2.json",
                           "states-20180801T090000.123Z.3of2.json",
                           "states-20180801T090000.123Zx.json",
                           "states-20180801T090000.123Z.1of.json"}) {
    CAPTURE(name);
    CHECK_FALSE(parse_file_name(name).has_value());
  }
}

}  // namespace cdckit::opensky_fetch
