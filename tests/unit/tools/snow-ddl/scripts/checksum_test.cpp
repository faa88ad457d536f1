#include "tools/snow-ddl/scripts/checksum.hpp"

#include "common/snow/digest.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

const std::string kScript = "\nselect 1;\n-- the end\n";

std::string schemachange(bool semicolon, bool comment, const std::string& text = kScript) {
  return snow::sha224_hex(schemachange_text(text, semicolon, comment));
}

}  // namespace

TEST_CASE("our checksum is over the raw text, with the algorithm's name") {
  CHECK(checksum_of("abc") ==
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(fits_checksum(checksum_of("raw"), "raw", "rendered"));
  CHECK_FALSE(fits_checksum(checksum_of("rendered"), "raw", "rendered"));
  CHECK_FALSE(fits_checksum("", "", ""));
}

TEST_CASE("what the versions of schemachange took") {
  CHECK(schemachange_text("\n select 1;\n\n", true, false) == "select 1");
  CHECK(schemachange_text("select 1;;", true, false) == "select 1;");
  CHECK(schemachange_text("select 1;\n", false, false) == "select 1;");
  CHECK(schemachange_text("", true, true) == "");
  CHECK(schemachange_text("select 1;", true, true) == "select 1");
  CHECK(schemachange_text(kScript, true, true) ==
        "select 1;\n-- the end\nSELECT 1; -- schemachange: no-op statement to prevent empty SQL "
        "after comment stripping");
  CHECK(schemachange_text("select 1\n/* end */", true, true).find("\nSELECT 1; --") !=
        std::string::npos);
}

TEST_CASE("any of them is the script's") {
  for (const bool semicolon : {true, false}) {
    for (const bool comment : {true, false})
      CHECK(fits_checksum(schemachange(semicolon, comment), "raw", kScript));
  }
  CHECK(fits_checksum(schemachange(true, false, "raw"), "raw", kScript));
  CHECK_FALSE(fits_checksum(schemachange(true, false, "other"), "raw", kScript));
}

}  // namespace cdckit::snow_ddl
