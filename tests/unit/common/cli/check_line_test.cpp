#include "common/cli/check_line.hpp"

#include "tests/unit/support/child.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

std::string printed(const char* format) {
  const auto result = tests::run_captured([&] {
    cli::choose_check_format(format);
    cli::print_check("slot \"s\"", true, "it is there");
    cli::print_check("login", false, "refused\n", "Look at pg_hba.conf.");
    cli::print_check("limit", true, "none", "It may fill the disk.");
    return 0;
  });
  CHECK(result.code == 0);
  return result.out;
}

}  // namespace

TEST_CASE("one line of JSON each where nobody looks") {
  const char* wanted =
      "{\"check\":\"slot \\\"s\\\"\",\"ok\":true,\"detail\":\"it is there\",\"hint\":null}\n"
      "{\"check\":\"login\",\"ok\":false,\"detail\":\"refused\\n\",\"hint\":\"Look at "
      "pg_hba.conf.\"}\n"
      "{\"check\":\"limit\",\"ok\":true,\"detail\":\"none\",\"hint\":\"It may fill the "
      "disk.\"}\n";
  CHECK(printed("") == wanted);
  CHECK(printed("ndjson") == wanted);
}

TEST_CASE("columns for people") {
  CHECK(printed("pretty") ==
        "ok      slot \"s\"                it is there\n"
        "FAILED  login                   refused\n"
        "        hint: Look at pg_hba.conf.\n"
        "ok      limit                   none\n"
        "        note: It may fill the disk.\n");
}
