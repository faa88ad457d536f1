#include "tools/cdc-check/rules/findings.hpp"

#include "tests/unit/tools/cdc-check/support.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::cdc_check;

namespace {

// The places of all that is wrong.
std::string places(const std::string& yaml) {
  Findings findings;
  (void)parse_rules(yaml, "r", findings);
  std::string out;
  for (const base::Error& error : findings.errors()) {
    const std::string text = error.what();
    const std::size_t begin = text.find('"') + 1;
    out += text.substr(begin, text.find('"', begin) - begin) + " ";
  }
  return out;
}

}  // namespace

TEST_CASE("the last finding is thrown, others that are no findings at once") {
  Findings findings;
  findings.finish();
  CHECK(findings.collect([] {}));
  CHECK_FALSE(findings.collect([] { throw base::Error(base::ErrorKind::config, "one"); }));
  CHECK_FALSE(findings.collect([] { throw base::Error(base::ErrorKind::config, "two"); }));
  CHECK_THROWS_WITH_AS(findings.finish(), "two", base::Error);
  CHECK_THROWS_AS(findings.collect([] { throw base::Error(base::ErrorKind::io, "disk"); }),
                  base::Error);
  CHECK(findings.errors().size() == 2);
}

TEST_CASE("all that is wrong with a file is found, what follows from it is not") {
  CHECK(places("version: 2\nrules:\n"
               "  - {name: a, kind: not_nul, column: x}\n"
               "  - {name: b, kind: not_null, colunm: x, severity: loud}\n"
               "  - {name: c, kind: not_null, column: x}\n"
               "  - {name: c, kind: range, column: x, min: 3, max: 1}\n"
               "  - 5\n") == "r:1:10 r:3:21 r:4:31 r:4:52 r:6:52 r:7:5 ");
  CHECK(places("version: 1\nrules:\n"
               "  - {name: c, kind: not_null, column: x}\n"
               "  - {name: c, kind: not_null}\n"
               "  - {name: c, kind: not_null, column: y}\n") == "r:4:5 r:5:5 ");
}
