#include "tools/kcat-cdc/consume/consume.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/kcat-cdc/consume/consume_run.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using base::ExitCode;
using test::ConsumeRun;

TEST_CASE("what the topic holds, until its end") {
  ConsumeRun run;
  run.fill("t", {R"({"a":1})", R"({"a":2})"});
  run.options.topics = {"t"};
  run.options.until = "end";
  CHECK(run.go() == ExitCode::done);
  CHECK(run.lines.size() == 2);
  CHECK(run.lines.at(1).ends_with(R"("a":2})"));
}

TEST_CASE("control lines frame the records") {
  ConsumeRun run;
  run.fill("t", {R"({"a":1})"});
  run.options.topics = {"t"};
  run.options.until = "end";
  run.common.control = true;
  CHECK(run.go() == ExitCode::done);
  REQUIRE(run.lines.size() == 4);
  CHECK(run.lines[0].find(R"("__cdc":"hello")") != std::string::npos);
  CHECK(run.lines[1].find(R"("__cdc":"assigned")") != std::string::npos);
  CHECK(run.lines[3].find(R"("__cdc":"eof")") != std::string::npos);
  CHECK(run.lines[3].find(R"("pos":"t:0=1")") != std::string::npos);
}

TEST_CASE("a limit") {
  ConsumeRun run;
  run.fill("t", {"{}", "{}", "{}"});
  run.options.topics = {"t"};
  run.options.limit = 2;
  CHECK(run.go() == ExitCode::done);
  CHECK(run.lines.size() == 2);
}

TEST_CASE("a value that is no object ends the run and says where it is") {
  ConsumeRun run;
  run.fill("t", {"{}", "text"});
  run.options.topics = {"t"};
  run.options.until = "end";
  CHECK(run.go() == ExitCode::bad_input);
  CHECK(run.message.find("topic \"t\" partition 0 offset 1") == 0);
}

TEST_CASE("an end that nobody acknowledges") {
  ConsumeRun run;
  run.fill("t", {"{}"});
  run.options.topics = {"t"};
  run.options.until = "end";
  run.options.group = "g";
  run.options.revoke_timeout = std::chrono::milliseconds(100);
  run.common.ack = {run.folder.file("ack")};
  CHECK(run.go() == ExitCode::retry_later);
}
