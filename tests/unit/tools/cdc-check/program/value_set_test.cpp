#include "tools/cdc-check/program/value_set.hpp"

#include "common/base/error.hpp"
#include "tests/unit/support/scratch_folder.hpp"
#include "tools/cdc-check/rules/yaml.hpp"

#include <fstream>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::cdc_check;

TEST_CASE("values of an enum by kind and value") {
  const ValueSet set = ValueSet::of_values(parse_yaml("[1, 'x', true, 2.50, '3']", "f").items);
  std::string scratch;
  for (const char* token : {"1", "1.0", "10e-1", R"("x")", R"("\u0078")", "true", "2.5", R"("3")"})
    CHECK_MESSAGE(set.contains(token, scratch), token);
  for (const char* token : {R"("1")", "2", "false", "3", R"("X")", R"("true")", "[1]"})
    CHECK_MESSAGE(!set.contains(token, scratch), token);
}

TEST_CASE("values of a file are texts, and numbers where they read so") {
  const tests::ScratchFolder folder;
  std::ofstream(folder.file("v")) << "\xEF\xBB\xBF"
                                     "CH\r\nDE\n\n12.0\ntrue\nZürich\nlast";
  const ValueSet set = ValueSet::of_file(folder.file("v"));
  std::string scratch;
  for (const char* token : {R"("CH")",
                            R"("DE")",
                            "12",
                            R"("12.0")",
                            "true",
                            R"("true")",
                            R"("Z\u00fcrich")",
                            R"("last")"})
    CHECK_MESSAGE(set.contains(token, scratch), token);
  for (const char* token : {R"("ch")", R"("12")", "13", R"("")", "null"})
    CHECK_MESSAGE(!set.contains(token, scratch), token);
  CHECK_THROWS_AS(ValueSet::of_file(folder.file("none")), base::Error);
}
