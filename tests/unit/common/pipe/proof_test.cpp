#include "common/pipe/proof.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("--ack stdout is no file and stands alone") {
  cli::CommonOptions options;
  CHECK_FALSE(pipe::acks_by_stdout(options));
  CHECK_NOTHROW(pipe::check_ack_flags(options));
  options.ack = {"a", "b"};
  CHECK(pipe::ack_files(options) == std::vector<std::string>{"a", "b"});
  CHECK_NOTHROW(pipe::check_ack_flags(options));
  options.ack = {"stdout"};
  CHECK(pipe::acks_by_stdout(options));
  CHECK(pipe::ack_files(options).empty());
  CHECK_NOTHROW(pipe::check_ack_flags(options));
  options.ack = {"a", "stdout"};
  CHECK_THROWS_AS(pipe::check_ack_flags(options), base::Error);
}
