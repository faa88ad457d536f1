#include "tools/opensky-fetch/commands/check.hpp"

#include "tests/unit/common/http/loopback_server.hpp"
#include "tests/unit/tools/opensky-fetch/support.hpp"
#include "tools/opensky-fetch/options.hpp"

#include <functional>

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

using http::LoopbackServer;

struct Outcome {
  base::ExitCode code;
  std::string lines;
};

// Check lines go to stdout, so stdout is a file for a moment.
Outcome checked(const Options& options) {
  const MemoryFile file;
  const int kept = ::dup(STDOUT_FILENO);
  const int writer = file.writer();
  ::fflush(stdout);
  ::dup2(writer, STDOUT_FILENO);
  const cli::Context context("opensky-fetch", {}, {});
  const base::ExitCode code = options.replay.live()
                                  ? check_service(options.request, options.service, context)
                                  : check_replay(options.replay, options.request.endpoint);
  ::dup2(kept, STDOUT_FILENO);
  ::close(kept);
  ::close(writer);
  return {code, file.text()};
}

}  // namespace

TEST_CASE("a server that answers passes, without printing rows") {
  LoopbackServer server([](const std::string&) {
    return LoopbackServer::answer("200 OK", answer_at(7), "X-Rate-Limit-Remaining: 12\r\n");
  });
  Options options;
  options.request.url = server.url("/api");
  const Outcome outcome = checked(options);
  CHECK(outcome.code == base::ExitCode::done);
  CHECK(outcome.lines.find("\"check\":\"credentials\",\"ok\":true") != std::string::npos);
  CHECK(outcome.lines.find("1 rows, 12 credits left") != std::string::npos);
  CHECK(outcome.lines.find("icao24") == std::string::npos);
}

TEST_CASE("a server that refuses fails with the fitting code") {
  LoopbackServer server([](const std::string&) { return LoopbackServer::answer("503 Busy", ""); });
  Options options;
  options.request.url = server.url("/api");
  const Outcome outcome = checked(options);
  CHECK(outcome.code == base::ExitCode::retry_later);
  CHECK(outcome.lines.find("\"check\":\"states\",\"ok\":false") != std::string::npos);
}

TEST_CASE("a login that fails ends the check, and its secret is not shown") {
  LoopbackServer server([](const std::string&) { return LoopbackServer::answer("401 No", ""); });
  const TemporaryFolder folder;
  Options options;
  options.request.url = server.url("/api");
  options.service.auth_url = server.url("/token");
  options.service.credentials =
      folder.write("c.json", R"({"clientId":"a","clientSecret":"hunter2"})");
  const Outcome outcome = checked(options);
  CHECK(outcome.code == base::ExitCode::permission);
  CHECK(outcome.lines.find("states") == std::string::npos);
  CHECK(outcome.lines.find("hunter2") == std::string::npos);
}

TEST_CASE("a recording is looked into") {
  const TemporaryFolder folder;
  Options options;
  options.replay.path = folder.write("a.ndjson", answer_at(5) + "\n");
  CHECK(checked(options).code == base::ExitCode::done);
  options.replay.path = folder.path() + "/missing.ndjson";
  CHECK(checked(options).code == base::ExitCode::unavailable);
}

}  // namespace cdckit::opensky_fetch
