#include "tools/walcat/stream/stream_flags.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

TEST_CASE("what the server is asked for") {
  CHECK(pgoutput_options({"p"}, true) ==
        "proto_version '3', publication_names '\"p\"', messages 'true', streaming 'on'");
  CHECK(pgoutput_options({"p", "it's"}, false) ==
        "proto_version '3', publication_names '\"p\",\"it''s\"', messages 'true'");
}

TEST_CASE("flags that make no sense together") {
  StreamOptions options;
  CHECK_NOTHROW(check_stream_flags(options, false));
  options.start = 0x10;
  CHECK_NOTHROW(check_stream_flags(options, true));
  CHECK_THROWS_AS(check_stream_flags(options, false), base::Error);
  StreamOptions spool;
  spool.spool_folder = "/tmp";
  CHECK_THROWS_AS(check_stream_flags(spool, true), base::Error);
  spool.streaming = true;
  CHECK_NOTHROW(check_stream_flags(spool, true));
}

TEST_CASE("flags fill the options") {
  StreamOptions options;
  std::vector<cli::Flag> flags;
  add_stream_flags(flags, options);
  for (const auto& flag : flags) {
    if (flag.name != "start") continue;
    CHECK_THROWS_AS(flag.set("here"), std::invalid_argument);
    flag.set("0/16B3748");
  }
  CHECK(options.start == 0x16B3748);
}
