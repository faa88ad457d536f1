// Turns libcurl's result of a transfer into the error that callers see.
#pragma once

#include "common/http/client.hpp"

#include <string>

#include <curl/curl.h>

namespace cdckit::http {

// `detail` is libcurl's own wording for this transfer, may be empty; `refusal` what the server said
// of our certificate, empty: nothing.
TransportError transport_error(CURLcode code,
                               const Request& request,
                               const std::string& detail,
                               const std::string& refusal = {});

// A proxy that answered CONNECT with `status` and lets nothing through.
TransportError proxy_error(long status, const Request& request);

}  // namespace cdckit::http
