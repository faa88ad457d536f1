#include "common/base/error.hpp"

#include <cerrno>
#include <system_error>

namespace cdckit::base {

ExitCode exit_code_for(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::usage:
      return ExitCode::usage;
    case ErrorKind::data:
      return ExitCode::bad_input;
    case ErrorKind::unavailable:
      return ExitCode::unavailable;
    case ErrorKind::bug:
      return ExitCode::bug;
    case ErrorKind::cannot_create:
      return ExitCode::cannot_create;
    case ErrorKind::io:
      return ExitCode::io;
    case ErrorKind::temporary:
      return ExitCode::retry_later;
    case ErrorKind::protocol:
      return ExitCode::protocol;
    case ErrorKind::permission:
      return ExitCode::permission;
    case ErrorKind::config:
      return ExitCode::config;
    case ErrorKind::output_closed:
      return ExitCode::done;
  }
  return ExitCode::bug;
}

Error system_error(ErrorKind kind, const std::string& message, int error_number) {
  if (error_number == EPIPE) kind = ErrorKind::output_closed;
  return Error(kind, message + ": " + std::generic_category().message(error_number));
}

}  // namespace cdckit::base
