#include "common/pg/resolve.hpp"

#include "common/base/error.hpp"
#include "common/io/file_descriptor.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

bool patient(int fd) {
  return io::wait_readable({fd}, std::chrono::seconds(30)) != 0;
}

}  // namespace

TEST_CASE("an address is its own answer, asked of nobody") {
  const auto never = [](int) { return false; };
  CHECK(pg::resolve("127.0.0.1", never) == std::vector<std::string>{"127.0.0.1"});
  CHECK(pg::resolve("::1", never) == std::vector<std::string>{"::1"});
}

TEST_CASE("a name has addresses, each once") {
  const auto found = pg::resolve("localhost", patient);
  REQUIRE(!found.empty());
  for (const auto& address : found) {
    CHECK((address == "127.0.0.1" || address == "::1"));
  }
  CHECK(found.size() <= 2);
}

TEST_CASE("whoever does not want to wait is not kept") {
  CHECK_THROWS_AS(pg::resolve("localhost", [](int) { return false; }), base::Error);
}

TEST_CASE("a name without addresses is worth another attempt") {
  try {
    (void)pg::resolve("no-such-host.invalid", patient);
    FAIL("it has one");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::temporary);
    CHECK(std::string(error.what()).find("\"no-such-host.invalid\"") != std::string::npos);
  }
}
