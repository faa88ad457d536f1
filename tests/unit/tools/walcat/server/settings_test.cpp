#include "tools/walcat/server/settings.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

TEST_CASE("a conninfo holds no password, a slot has a slot's name") {
  const auto refused = [](const std::string& conninfo, const std::string& slot) {
    try {
      check_source({.conninfo = conninfo}, slot);
    } catch (const base::Error& error) {
      return error.kind() == base::ErrorKind::usage && !error.hint().empty();
    }
    return false;
  };
  CHECK_FALSE(refused("", ""));
  CHECK_FALSE(refused("postgres://me@h/db", "a_1"));
  CHECK(refused("postgres://me:secret@h/db", ""));
  CHECK(refused("host=h password=secret", "s"));
  CHECK(refused("host=h", "Not-A-Slot"));
  CHECK(refused("host=h", std::string(64, 'a')));
}

TEST_CASE("a choice of tables is a filter of them") {
  const TableChoice choice{.tables = {"public.*"}, .exclude_tables = {"log"}};
  CHECK(choice.filter().selects("public", "t"));
  CHECK_FALSE(choice.filter().selects("public", "log"));
  CHECK_FALSE(choice.filter().selects("other", "t"));
  CHECK(TableChoice{}.filter().selects_all());
}
