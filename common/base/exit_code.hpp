// The one table of exit codes that every tool shares (EXIT STATUS in each man page).
#pragma once

namespace cdckit::base {

enum class ExitCode : int {
  done = 0,
  differences = 1,   // done with rejected rows, or differences found
  usage = 2,         // bad flag or argument
  bad_input = 65,    // input is not valid NDJSON / not a valid event
  unavailable = 69,  // a needed thing is missing or refuses for good (slot, table, topic, channel)
  bug = 70,          // our own invariant broke
  cannot_create = 73,  // an output file cannot be created
  io = 74,             // disk or pipe failed
  retry_later = 75,    // server gone, lock held, input cut off, something sent but not acknowledged
  protocol = 76,       // the peer said something the protocol does not allow
  permission = 77,     // login or permission refused
  config = 78,         // bad configuration
  interrupted = 130,   // second SIGINT
  terminated = 143,    // second SIGTERM
};

constexpr int to_int(ExitCode code) noexcept {
  return static_cast<int>(code);
}

}  // namespace cdckit::base
