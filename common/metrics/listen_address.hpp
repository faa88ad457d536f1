// Where --metrics-listen serves: turns what was typed into the address that the server library
// takes, and tries it, because that library says nothing but "null" when it cannot be had.
#pragma once

#include <string>

namespace cdckit::metrics {

// HOST:PORT, [HOST]:PORT or PORT (any interface) -> the same with a numeric host. Throws config
// with the reason: no address, an unknown host, a port that is taken or not allowed.
std::string listen_address(const std::string& given);

}  // namespace cdckit::metrics
