// What every room throws when an operation cannot go on. The kind decides the exit code and whether
// a retry makes sense; the message reads `could not X "y": why` without the tool's name, the hint
// is a full sentence about what to do. Messages never contain secrets.
#pragma once

#include "common/base/exit_code.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace cdckit::base {

enum class ErrorKind {
  usage,          // 2
  data,           // 65
  unavailable,    // 69
  bug,            // 70
  cannot_create,  // 73
  io,             // 74
  temporary,      // 75, the only retryable kind
  protocol,       // 76
  permission,     // 77
  config,         // 78
  output_closed,  // stdout's reader went away: 0, or 75 when something was promised
};

class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  Error(ErrorKind kind, const std::string& message, std::string hint)
      : std::runtime_error(message), kind_(kind), hint_(std::move(hint)) {}

  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
  [[nodiscard]] std::string_view hint() const noexcept { return hint_; }
  [[nodiscard]] bool retryable() const noexcept { return kind_ == ErrorKind::temporary; }

 private:
  ErrorKind kind_;
  std::string hint_;
};

// The only place where errors meet numbers; output_closed counts as done.
ExitCode exit_code_for(ErrorKind kind) noexcept;

// `message: strerror(error_number)`; EPIPE becomes output_closed whatever kind is given.
Error system_error(ErrorKind kind, const std::string& message, int error_number);

}  // namespace cdckit::base
