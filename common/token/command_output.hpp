// Runs a command of the user's in a shell and takes what it prints: a secret.
#pragma once

#include "common/secrets/secret.hpp"

#include <chrono>
#include <string>

namespace cdckit::token {

// stdout of `sh -c COMMAND` without its last line break; stdin is empty, stderr is ours. It runs in
// a process group of its own, so that Ctrl-C does not end it half way; after `limit` it is killed.
// Throws permission when it fails, prints nothing or takes too long.
secrets::Secret command_output(const std::string& command, std::chrono::milliseconds limit);

}  // namespace cdckit::token
