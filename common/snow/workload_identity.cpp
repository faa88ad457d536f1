#include "common/snow/workload_identity.hpp"

#include "common/base/error.hpp"
#include "common/http/client.hpp"

#include <chrono>

#include <nlohmann/json.hpp>

namespace cdckit::snow {
namespace {

using base::ErrorKind;

constexpr const char* kAudience = "snowflakecomputing.com";
constexpr std::chrono::seconds kPatience{10};
constexpr long kTooMany = 429;

std::string with_audience(const std::string& url) {
  return url + (url.find('?') == std::string::npos ? "?audience=" : "&audience=") + kAudience;
}

token::Token runner_token(const ConnectionSettings& settings) {
  http::Client client({.user_agent = "cdckit", .ca_file = settings.ca_file});
  http::Request request;
  request.url = with_audience(settings.identity_url);
  request.bearer = settings.identity_request_token;
  request.headers = {"Accept: application/json"};
  request.timeout = kPatience;
  const http::Response response = client.send(request);
  const std::string status = "HTTP " + std::to_string(response.status);
  if (response.status >= 500 || response.status == kTooMany)
    throw base::Error(ErrorKind::temporary, "could not get the runner's identity: " + status);
  if (response.status != 200)
    throw base::Error(ErrorKind::permission,
                      "could not get the runner's identity: " + status,
                      "The job needs `permissions: id-token: write`.");
  const auto answer = nlohmann::json::parse(response.body, nullptr, false);
  const auto value = answer.is_object() ? answer.find("value") : answer.end();
  if (!answer.is_object() || value == answer.end() || !value->is_string())
    throw base::Error(ErrorKind::protocol,
                      "could not get the runner's identity: the answer has no \"value\"");
  return token::parse_token(value->get<std::string>());
}

}  // namespace

token::Token workload_token(const ConnectionSettings& settings) {
  if (!settings.token_command.empty()) return token::get_token(settings.token_command);
  if (!settings.token_file.empty())
    return token::parse_token(secrets::Secret::from_file(settings.token_file).reveal());
  if (!settings.token.empty()) return token::parse_token(settings.token.reveal());
  return runner_token(settings);
}

}  // namespace cdckit::snow
