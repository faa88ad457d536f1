#include "tools/walcat/options.hpp"

#include "common/base/error.hpp"

#include <set>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

namespace {

cli::CommonOptions with_ack(std::vector<std::string> files) {
  cli::CommonOptions common;
  common.ack = std::move(files);
  return common;
}

void refused(const Options& options, const cli::CommonOptions& common) {
  try {
    check_stream_options(options, common);
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::usage);
    return;
  }
  FAIL("not refused");
}

}  // namespace

TEST_CASE("a persistent slot needs to be told what counts") {
  Options options;
  options.session.slot = "s";
  refused(options, {});
  CHECK_NOTHROW(check_stream_options(options, with_ack({"f"})));
  CHECK_NOTHROW(check_stream_options(options, with_ack({"stdout"})));
  refused(options, with_ack({"stdout", "f"}));
  options.session.no_ack = true;
  CHECK_NOTHROW(check_stream_options(options, {}));
  refused(options, with_ack({"f"}));
}

TEST_CASE("what else cannot be") {
  Options options;
  CHECK_NOTHROW(check_stream_options(options, {}));
  refused(options, with_ack({"f"}));
  options.session.server.conninfo = "postgres://me:secret@h/db";
  refused(options, {});
  options.session.server.conninfo = "host=h password=secret";
  refused(options, {});
  options = {};
  options.session.slot = "Not-A-Slot";
  options.session.no_ack = true;
  refused(options, {});
  options = {};
  options.session.limits.limit = 0;
  refused(options, {});
}

TEST_CASE("no command declares a flag twice") {
  Options options;
  for (const auto& command : declare(options).commands) {
    std::set<std::string> names;
    for (const auto& flag : command.flags) CHECK_MESSAGE(names.insert(flag.name).second, flag.name);
    CHECK(command.run != nullptr);
  }
}
