// The calls of Snowpipe Streaming's REST service as requests, without sending them. `url` is path
// and query only: the host may change between two tries, see StreamingSession. Pure.
#pragma once

#include "common/http/client.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::snow {

// Stored names; a channel's name keeps its case.
struct PipeAddress {
  std::string database;
  std::string schema;
  std::string pipe;  // TABLE-STREAMING
  auto operator<=>(const PipeAddress&) const = default;
};

struct AppendRequest {
  std::string_view continuation_token{};
  std::string_view start_token{};
  std::string_view end_token{};
  std::string_view body{};  // one zstd frame, below 4,000,000 bytes
  std::size_t uncompressed_bytes = 0;
};

// One call and its tries: the id is the same in all of them.
struct CallId {
  std::string request_id;
  unsigned count = 0;  // tries before this one
};

// Answers 409 while rows of an earlier owner are not committed: they count in the token.
http::Request open_request(const PipeAddress& pipe, const std::string& channel, const CallId& id);
http::Request append_request(const PipeAddress& pipe,
                             const std::string& channel,
                             const AppendRequest& rows,
                             const CallId& id);
// `body` is status_body(), and must outlive the call.
http::Request status_request(const PipeAddress& pipe, std::string_view body, const CallId& id);
std::string status_body(const std::vector<std::string>& channels);
http::Request drop_request(const PipeAddress& pipe, const std::string& channel, const CallId& id);

}  // namespace cdckit::snow
