#include "tools/snow-ddl/scripts/script_text.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

std::string failure_of(const std::string& bytes) {
  try {
    (void)normalise(bytes, "V1__a.sql");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::data);
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("line breaks and a byte order mark do not matter") {
  CHECK(normalise("\xEF\xBB\xBF"
                  "a\r\nb\rc\n",
                  "s") == "a\nb\nc\n");
  CHECK(normalise("\xC3\xBC", "s") == "\xC3\xBC");
}

TEST_CASE("other encodings are refused by name, with the byte") {
  using namespace std::string_literals;
  CHECK(failure_of("\xFF\xFEs\0"s).find("UTF-16 (little endian)") != std::string::npos);
  CHECK(failure_of("\xFE\xFF\0s"s).find("UTF-16 (big endian)") != std::string::npos);
  CHECK(failure_of("select '\xFC'") == "could not read script \"V1__a.sql\": byte 9 is no UTF-8");
  CHECK(failure_of("ab\xC3\xBC\xED\xA0\x80").find("byte 5 ") != std::string::npos);
}

}  // namespace cdckit::snow_ddl
