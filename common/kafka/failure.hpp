// Turns librdkafka's error codes into base::Error. For this room only: it names codes as plain int,
// so that its header and its test stay free of the library's own.
#pragma once

#include "common/base/error.hpp"

#include <string>

namespace cdckit::kafka {

// temporary for what a retry may cure, permission for logins and ACLs, unavailable for missing
// things, config for what the settings or the TLS files got wrong, data for records that are
// refused.
base::ErrorKind kind_of(int code) noexcept;

// The transactional id is another producer's by now, or its transaction took too long.
bool is_fence(int code) noexcept;

// `could not <what>: <librdkafka's text>`, with a hint where one is known.
base::Error failure(int code, const std::string& what, const std::string& detail = {});

}  // namespace cdckit::kafka
