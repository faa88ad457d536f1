#include "common/pg/connection.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

base::ErrorKind kind_of_failure(const std::string& conninfo) {
  try {
    const pg::Connection connection({.conninfo = conninfo, .application_name = "test"});
  } catch (const base::Error& error) {
    return error.kind();
  }
  FAIL("connected to " << conninfo);
  return base::ErrorKind::bug;
}

}  // namespace

TEST_CASE("identifiers are quoted whole") {
  CHECK(pg::quote_identifier("plain") == "\"plain\"");
  CHECK(pg::quote_identifier("a\"b") == "\"a\"\"b\"");
  CHECK(pg::quote_name("public", "T 1") == "\"public\".\"T 1\"");
}

TEST_CASE("a connection string that cannot be read is a matter of configuration") {
  CHECK(kind_of_failure("host=127.0.0.1 sslmode=maybe") == base::ErrorKind::config);
  CHECK(kind_of_failure("no_such_option=1") == base::ErrorKind::config);
  CHECK(kind_of_failure("postgres://h/db?no_such_option=1") == base::ErrorKind::config);
  CHECK(kind_of_failure("service=none_of_that_name") == base::ErrorKind::config);
}

TEST_CASE("a server that is away is worth another attempt") {
  CHECK(kind_of_failure("host=127.0.0.1 port=1") == base::ErrorKind::temporary);
  CHECK(kind_of_failure("host=/no/such/folder") == base::ErrorKind::temporary);
}
