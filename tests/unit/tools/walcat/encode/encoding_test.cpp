#include "tools/walcat/encode/encoding.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("encodings are made by name") {
  const auto plain = walcat::make_encoding("plain");
  const auto codec = plain->compile(*walcat::build_type(16, {}));
  std::string out;
  codec.append(out, "t", codec);
  CHECK(out == "true");
  CHECK_THROWS_AS(walcat::make_encoding("avro"), base::Error);
}
