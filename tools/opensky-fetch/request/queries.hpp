// The requests that make one poll.
#pragma once

#include "tools/opensky-fetch/request/request_settings.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cdckit::opensky_fetch {

struct Query {
  std::string url;
  int credits = 0;
};

// In the order in which they are asked. `now` in Unix seconds decides where a window lies that was
// not given. The boxes are already split. Throws usage when a window takes too many requests.
std::vector<Query> queries_of(const RequestSettings& request, std::int64_t now);
// What one poll costs.
int credits_of(const std::vector<Query>& queries);
// What is watched, without any instant: the identity of the source in `hello`.
std::string source_url(const RequestSettings& request);

}  // namespace cdckit::opensky_fetch
