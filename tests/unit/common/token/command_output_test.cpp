#include "common/token/command_output.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

std::string refused(const std::string& command, milliseconds limit = seconds(30)) {
  try {
    (void)token::command_output(command, limit);
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::permission);
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("what a command prints, without its last line break") {
  CHECK(token::command_output("printf 'abc'", seconds(30)).reveal() == "abc");
  CHECK(token::command_output("echo abc; echo def", seconds(30)).reveal() == "abc\ndef");
  CHECK(token::command_output("cat; echo done", seconds(30)).reveal() == "done");
}

TEST_CASE("a command that fails gives no token, and what it printed is not repeated") {
  const std::string text = refused("echo hunter2; exit 3");
  CHECK(text.find("ended with 3") != std::string::npos);
  CHECK(text.find("hunter2") == std::string::npos);
  CHECK(refused("true").find("printed nothing") != std::string::npos);
  CHECK(refused("kill -9 $$").find("signal 9") != std::string::npos);
}

TEST_CASE("a command that hangs is ended with its children") {
  const auto before = std::chrono::steady_clock::now();
  CHECK(refused("sleep 60 & echo x; wait", milliseconds(300)).find("did not end") !=
        std::string::npos);
  CHECK(std::chrono::steady_clock::now() - before < seconds(20));
}
