#include "tools/opensky-fetch/output/output_settings.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {

TEST_CASE("the default fields depend on --extended") {
  OutputSettings output;
  CHECK(fields_of(output, Endpoint::states, false).size() == 17);
  CHECK(fields_of(output, Endpoint::states, true).size() == 18);
  output.fields = choose_fields(Endpoint::states, {"lon"});
  CHECK(fields_of(output, Endpoint::states, true).size() == 1);
}

}  // namespace cdckit::opensky_fetch
