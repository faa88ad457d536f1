#include "tools/walcat/debezium/make_encoding.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

TEST_CASE("encodings are made by name") {
  const auto type = build_type(16, {});
  for (const char* name : {"plain", "debezium"}) {
    const auto encoding = make_encoding({.name = name});
    const auto form = encoding->column({.name = "b", .type = *type});
    std::string out;
    form.codec.append(out, "t", form.codec);
    CHECK(out == "true");
  }
  CHECK_THROWS_AS(make_encoding({.name = "avro"}), cdckit::base::Error);
}
