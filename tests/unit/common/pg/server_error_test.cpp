#include "common/pg/server_error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using base::ErrorKind;

TEST_CASE("the SQLSTATE decides the kind") {
  CHECK(pg::kind_of_sqlstate("28P01") == ErrorKind::permission);
  CHECK(pg::kind_of_sqlstate("42501") == ErrorKind::permission);
  CHECK(pg::kind_of_sqlstate("57P03") == ErrorKind::temporary);
  CHECK(pg::kind_of_sqlstate("40001") == ErrorKind::temporary);
  CHECK(pg::kind_of_sqlstate("40P01") == ErrorKind::temporary);
  CHECK(pg::kind_of_sqlstate("55006") == ErrorKind::temporary);
  CHECK(pg::kind_of_sqlstate("53300") == ErrorKind::temporary);
  CHECK(pg::kind_of_sqlstate("42704") == ErrorKind::unavailable);
  CHECK(pg::kind_of_sqlstate("42P01") == ErrorKind::unavailable);
  CHECK(pg::kind_of_sqlstate("3D000") == ErrorKind::unavailable);
  CHECK(pg::kind_of_sqlstate("08P01") == ErrorKind::protocol);
  CHECK(pg::kind_of_sqlstate("08006") == ErrorKind::temporary);
  CHECK(pg::kind_of_sqlstate("") == ErrorKind::temporary);
  CHECK(pg::kind_of_sqlstate("22P02") == ErrorKind::data);
}

TEST_CASE("only what is about rows counts as bad input") {
  for (const char* state :
       {"21000", "22P02", "23505", "27000", "2F005", "38001", "44000", "54000", "P0001"}) {
    CAPTURE(state);
    CHECK(pg::kind_of_sqlstate(state) == ErrorKind::data);
    CHECK(pg::is_row_error(pg::ServerError(pg::kind_of_sqlstate(state), "x", state, "")));
  }
  for (const char* state : {"XX000", "XX001", "XX002", "58000", "58030"})
    CHECK(pg::kind_of_sqlstate(state) == ErrorKind::io);
  for (const char* state : {"0A000",
                            "42601",
                            "42883",
                            "42703",
                            "42804",
                            "3F000",
                            "55000",
                            "58P01",
                            "57P04",
                            "HV000",
                            "U0001"})
    CHECK(pg::kind_of_sqlstate(state) == ErrorKind::unavailable);
  for (const char* state : {"25006", "25P03", "25P04", "53100", "57014", "57P01", "40P01"})
    CHECK(pg::kind_of_sqlstate(state) == ErrorKind::temporary);
  for (const char* state : {"25P01", "25P02", "25001", "3B001", "34000"})
    CHECK(pg::kind_of_sqlstate(state) == ErrorKind::bug);
  CHECK(pg::kind_of_sqlstate("F0000") == ErrorKind::config);
  CHECK(pg::kind_of_sqlstate("0P000") == ErrorKind::permission);
  CHECK_FALSE(pg::is_row_error(pg::ServerError(ErrorKind::temporary, "x", "40001", "")));
  CHECK_FALSE(pg::is_row_error(pg::ServerError(ErrorKind::permission, "x", "42501", "")));
  CHECK(pg::is_row_error(
      pg::ServerError(ErrorKind::permission, "x", "42501", "", "ExecWithCheckOptions")));
  CHECK_FALSE(pg::is_row_error(pg::ServerError(ErrorKind::temporary, "gone", "", "")));
  const std::string raised = "PL/pgSQL function no() line 1 at RAISE\nCOPY t, line 3";
  CHECK(pg::is_row_error(pg::ServerError(ErrorKind::unavailable, "x", "0A000", raised)));
  CHECK_FALSE(pg::is_row_error(pg::ServerError(ErrorKind::unavailable, "x", "0A000", "COPY t")));
  CHECK_FALSE(pg::is_row_error(pg::ServerError(ErrorKind::temporary, "x", "40001", raised)));
  CHECK_FALSE(pg::is_row_error(base::Error(ErrorKind::data, "not from the server")));
}

TEST_CASE("a message becomes one line without its source location") {
  CHECK(pg::one_line("FATAL:  no such thing\nLOCATION:  f, g.c:1\n") == "FATAL: no such thing");
  CHECK(pg::one_line("one\n\ttwo\n") == "one; two");
  CHECK(pg::one_line("") == "");
  CHECK(pg::one_line("could not read password=hidden") == "could not read password=***");
}

TEST_CASE("a refused login is told from a server that is away") {
  const auto wrong = pg::connect_error(
      "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  28P01: password "
      "authentication failed for user \"u\"\nLOCATION:  auth_failed, auth.c:326\n",
      false);
  CHECK(wrong.kind() == ErrorKind::permission);
  CHECK(wrong.sqlstate() == "28P01");
  CHECK(
      std::string(wrong.what()) ==
      "could not connect: connection to server at \"127.0.0.1\", port 5432 failed: FATAL: password "
      "authentication failed for user \"u\"");
  CHECK(pg::login_hint(wrong).find("PGPASSWORD") != std::string::npos);
  CHECK(pg::connect_error(
            "connection to server at \"h\" failed: Connection refused\n\tIs the server running?\n",
            false)
            .kind() == ErrorKind::temporary);
  CHECK(pg::connect_error("fe_sendauth: no password supplied\n", true).kind() ==
        ErrorKind::permission);
  CHECK(pg::login_hint(pg::connect_error(
                           "failed: FATAL:  28000: no pg_hba.conf entry for host \"h\"\n", false))
            .find("pg_hba.conf") != std::string::npos);
  CHECK(pg::login_hint(pg::connect_error("failed: Connection refused\n", false)) == "");
  CHECK(pg::connect_error("failed: FATAL:  3D000: database \"x\" does not exist\n", false).kind() ==
        ErrorKind::unavailable);
}

TEST_CASE("a quarrel about certificates is no matter of another attempt") {
  const std::string failed = "connection to server at \"h\" (10.0.0.1), port 5432 failed: ";
  for (const auto* why :
       {"SSL error: certificate verify failed",
        "SSL error: tlsv1 alert unknown ca",
        "server certificate for \"a\" (and 1 other name) does not match host name \"b\"",
        "root certificate file \"/x/root.crt\" does not exist",
        "certificate present, but not private key file \"/x/client.key\"",
        "private key file \"/x/client.key\" has group or world access",
        "server does not support SSL, but SSL was required"}) {
    CHECK(pg::connect_error(failed + why, false).kind() == ErrorKind::permission);
  }
}
