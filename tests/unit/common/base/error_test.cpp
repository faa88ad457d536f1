#include "common/base/error.hpp"

#include <cerrno>
#include <string>
#include <utility>

#include <doctest/doctest.h>

using namespace cdckit::base;

TEST_CASE("every kind has its exit code") {
  const std::pair<ErrorKind, int> table[] = {{ErrorKind::usage, 2},
                                             {ErrorKind::data, 65},
                                             {ErrorKind::unavailable, 69},
                                             {ErrorKind::bug, 70},
                                             {ErrorKind::cannot_create, 73},
                                             {ErrorKind::io, 74},
                                             {ErrorKind::temporary, 75},
                                             {ErrorKind::protocol, 76},
                                             {ErrorKind::permission, 77},
                                             {ErrorKind::config, 78},
                                             {ErrorKind::output_closed, 0}};
  for (const auto& [kind, code] : table) CHECK(to_int(exit_code_for(kind)) == code);
}

TEST_CASE("an error keeps message and hint apart; only temporary is retryable") {
  const Error error(ErrorKind::temporary, "could not X", "Do Y.");
  CHECK(std::string(error.what()) == "could not X");
  CHECK(error.hint() == "Do Y.");
  CHECK(error.retryable());
  CHECK_FALSE(Error(ErrorKind::io, "x").retryable());
  CHECK(Error(ErrorKind::io, "x").hint().empty());
}

TEST_CASE("system errors carry the system's words; a broken pipe is always a closed output") {
  const Error denied = system_error(ErrorKind::cannot_create, "could not create \"x\"", EACCES);
  CHECK(denied.kind() == ErrorKind::cannot_create);
  CHECK(std::string(denied.what()) == "could not create \"x\": Permission denied");
  CHECK(system_error(ErrorKind::io, "could not write", EPIPE).kind() == ErrorKind::output_closed);
}
