// A tool's context, and a text as its standard input.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tests/unit/tools/pg-load/input_of.hpp"
#include "tools/pg-load/target/session.hpp"

#include <string>
#include <unistd.h>

namespace cdckit::pg_load::tests {

// The text is what fd 0 reads while this lives.
class StandardInput {
 public:
  explicit StandardInput(const std::string& text) : pipe_(text), old_(::dup(STDIN_FILENO)) {
    ::dup2(pipe_.fd(), STDIN_FILENO);
  }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;
  ~StandardInput() { ::dup2(old_.get(), STDIN_FILENO); }

 private:
  Pipe pipe_;
  io::FileDescriptor old_;
};

// No server there, and no patience.
inline SessionSettings nowhere() {
  retry::Policy policy;
  policy.give_up_after = std::chrono::milliseconds(0);
  return {.conninfo = "host=127.0.0.1 port=1 sslmode=disable", .policy = policy, .stop = {}};
}

}  // namespace cdckit::pg_load::tests
