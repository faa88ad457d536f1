// Talks to Snowpipe Streaming's REST service: finds the ingest host, keeps the scoped token fresh,
// opens named channels, appends bodies, asks how far they are committed. One client per thread.
//
// A call is repeated while the trouble is transient and the retry policy allows: same requestId,
// same bytes, same token. Everything else surfaces as StreamError, a refused login as permission.
#pragma once

#include "common/http/client.hpp"
#include "common/retry/retry.hpp"
#include "common/snow/authenticator.hpp"
#include "common/snow/connection_settings.hpp"
#include "common/snow/streaming_answer.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::snow {

// Stored names; the channel's name keeps its case.
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

struct StreamingOptions {
  std::string user_agent = "cdckit";
  bool allow_http = false;
  retry::Policy retry{};
  retry::Observer on_retry{};  // called before each pause
  // Ends a pause early (true: give up now); empty: sleep it out.
  std::function<bool(std::chrono::milliseconds)> sleep{};
};

class StreamingClient {
 public:
  StreamingClient(const ConnectionSettings& settings, StreamingOptions options);

  // Waits (409) until rows of an earlier owner are committed: they count in the answer's token.
  OpenedChannel open(const PipeAddress& pipe, const std::string& channel);
  // The next continuation token.
  std::string append(const PipeAddress& pipe,
                     const std::string& channel,
                     const AppendRequest& rows);
  // Channels that the service does not know are missing in the answer.
  std::map<std::string, ChannelStatus> status(const PipeAddress& pipe,
                                              const std::vector<std::string>& channels);
  void drop(const PipeAddress& pipe, const std::string& channel);
  // Finds the ingest host and gets a scoped token, which every call does by itself when needed:
  // to learn early whether the key is taken. The base URL of the ingest host.
  const std::string& connect();
  [[nodiscard]] const Authenticator& authenticator() const noexcept { return authenticator_; }

 private:
  http::Response attempt(http::Request& request, const std::string& what);
  http::Response send(http::Request& request,
                      const std::string& what,
                      const std::function<bool(const http::Response&)>& is_whole);
  void repeat(const std::function<void(int count)>& step);
  void pause_after(const base::Error& error,
                   retry::Backoff& backoff,
                   std::chrono::steady_clock::time_point first_failure) const;
  http::Response control_call(http::Request& request, const std::string& what);
  void discover();
  void renew_scoped_token();
  std::string pipe_path(const PipeAddress& pipe) const;

  ConnectionSettings settings_;
  StreamingOptions options_;
  http::Client client_;
  Authenticator authenticator_;
  std::string ingest_url_;
  std::string ingest_host_;
  secrets::Secret scoped_token_;
  std::int64_t renew_at_ = 0;  // Unix seconds
};

}  // namespace cdckit::snow
