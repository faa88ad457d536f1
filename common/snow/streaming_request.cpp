#include "common/snow/streaming_request.hpp"

#include "common/http/url.hpp"
#include "common/ndjson/text.hpp"
#include "common/snow/identifiers.hpp"

namespace cdckit::snow {
namespace {

std::string pipe_path(const PipeAddress& pipe) {
  return "databases/" + path_name(pipe.database) + "/schemas/" + path_name(pipe.schema) +
         "/pipes/" + path_name(pipe.pipe);
}

std::string channel_path(const PipeAddress& pipe, const std::string& channel) {
  return pipe_path(pipe) + "/channels/" + http::percent_encode(channel);
}

std::string tried(std::string url, const CallId& id) {
  url += url.find('?') == std::string::npos ? "?" : "&";
  return url + "requestId=" + id.request_id + "&retryCount=" + std::to_string(id.count);
}

}  // namespace

http::Request open_request(const PipeAddress& pipe, const std::string& channel, const CallId& id) {
  http::Request request;
  request.method = "PUT";
  request.url = tried("/v2/streaming/" + channel_path(pipe, channel), id);
  request.headers = {"Content-Type: application/json"};
  request.body = R"({"fail_on_uncommitted_rows":true})";
  return request;
}

http::Request append_request(const PipeAddress& pipe,
                             const std::string& channel,
                             const AppendRequest& rows,
                             const CallId& id) {
  http::Request request;
  request.method = "POST";
  request.url =
      tried("/v2/streaming/data/" + channel_path(pipe, channel) +
                "/rows?continuationToken=" + http::percent_encode(rows.continuation_token) +
                "&startOffsetToken=" + http::percent_encode(rows.start_token) +
                "&endOffsetToken=" + http::percent_encode(rows.end_token),
            id);
  request.headers = {
      "Content-Type: application/x-ndjson",
      "Content-Encoding: zstd",
      "x-snowflake-uncompressed-content-length: " + std::to_string(rows.uncompressed_bytes)};
  request.body = rows.body;
  return request;
}

http::Request status_request(const PipeAddress& pipe, std::string_view body, const CallId& id) {
  http::Request request;
  request.method = "POST";
  request.url = tried("/v2/streaming/" + pipe_path(pipe) + ":bulk-channel-status", id);
  request.headers = {"Content-Type: application/json"};
  request.body = body;
  return request;
}

std::string status_body(const std::vector<std::string>& channels) {
  std::string body = R"({"channel_names":[)";
  for (const std::string& channel : channels) {
    if (body.back() != '[') body += ',';
    ndjson::append_string(body, channel);
  }
  return body + "]}";
}

http::Request drop_request(const PipeAddress& pipe, const std::string& channel, const CallId& id) {
  http::Request request;
  request.method = "DELETE";
  request.url = tried("/v2/streaming/" + channel_path(pipe, channel), id);
  return request;
}

}  // namespace cdckit::snow
