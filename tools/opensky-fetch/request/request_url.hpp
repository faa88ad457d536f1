// The address of one poll.
#pragma once

#include "tools/opensky-fetch/options.hpp"

#include <string>

namespace cdckit::opensky_fetch {

// What is watched, without the instant: the identity of the source in `hello`.
std::string states_url(const Options& options);
// The same with `time`, when an instant was asked for.
std::string poll_url(const Options& options);
// Whether `category` has to be asked for.
bool wants_category(const Options& options);

}  // namespace cdckit::opensky_fetch
