#include "tools/snow-ddl/script.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/snow-ddl/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {
namespace {

std::string order_of(const ScriptFolder& folder) {
  std::string names;
  for (const Script& script : load_scripts(folder.path(), {})) names += script.name.file + " ";
  return names;
}

base::ErrorKind failure_of(const std::string& folder) {
  try {
    (void)load_scripts(folder, {});
  } catch (const base::Error& error) {
    return error.kind();
  }
  throw std::runtime_error("loaded");
}

}  // namespace

TEST_CASE(
    "versioned scripts come first by version, then repeatable ones, then always ones, by name") {
  const ScriptFolder folder;
  folder.add("A__z.sql", "")
      .add("A__a.sql", "")
      .add("R__b10.sql", "")
      .add("R__b9.sql", "")
      .add("deep/er/V1.10__x.sql", "");
  folder.add("V1.9__y.sql", "").add("V2__a.sql", "").add("README.md", "");
  CHECK(order_of(folder) ==
        "V1.9__y.sql V1.10__x.sql V2__a.sql R__b9.sql R__b10.sql A__a.sql A__z.sql ");
}

TEST_CASE("the checksum is schemachange's: SHA-224 of the rendered text") {
  const ScriptFolder folder;
  folder.add("V1__a.sql", "{{ word }};\r\n");
  const auto scripts = load_scripts(folder.path(), {{"word", "abc"}});
  REQUIRE(scripts.size() == 1);
  CHECK(scripts[0].checksum == "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7");
  REQUIRE(scripts[0].statements.size() == 1);
  CHECK(scripts[0].statements[0].text == "abc");
}

TEST_CASE("two of the same version or name are refused") {
  const ScriptFolder versions;
  versions.add("V1__a.sql", "").add("V01__b.sql", "");
  CHECK(failure_of(versions.path()) == base::ErrorKind::data);
  const ScriptFolder names;
  names.add("x/R__a.sql", "").add("y/R__a.sql", "");
  CHECK(failure_of(names.path()) == base::ErrorKind::data);
}

TEST_CASE("a folder that is not there is unavailable, an empty one has no scripts") {
  CHECK(failure_of("/nonexistent/folder") == base::ErrorKind::unavailable);
  const ScriptFolder empty;
  CHECK(load_scripts(empty.path(), {}).empty());
}

}  // namespace cdckit::snow_ddl
