#include "tools/opensky-fetch/request/areas.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "tests/unit/tools/opensky-fetch/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {

TEST_CASE("every built-in area is a box") {
  const auto names = base::split(built_in_areas(), ',');
  CHECK(names.size() == 20);
  for (const std::string& name : names) {
    CAPTURE(name);
    CHECK(square_degrees(find_area(std::string(base::trim(name)), "")) > 1);
  }
  CHECK(find_area("switzerland", "").texts[0] == "45.8389");
}

TEST_CASE("a file adds areas, as numbers or as text, and comes first") {
  const TemporaryFolder folder;
  const std::string file = folder.write(
      "areas.toml", "home = [47.0, 8.25, 47.5, 9]\nalps = \"44,5,48,16\"\nbad = [1, 2]\n");
  CHECK(find_area("home", file).west == doctest::Approx(8.25));
  CHECK(find_area("alps", file).texts[3] == "16");
  CHECK(find_area("fiji", file).west > find_area("fiji", file).east);
  CHECK_THROWS_AS((void)find_area("bad", file), base::Error);
  CHECK_THROWS_AS((void)find_area("home", folder.path() + "/none.toml"), base::Error);
}

TEST_CASE("an area that nobody knows is refused with the names there are") {
  try {
    (void)find_area("atlantis", "");
    FAIL("found");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::usage);
    CHECK(std::string(error.hint()).find("switzerland") != std::string::npos);
  }
}

}  // namespace cdckit::opensky_fetch
