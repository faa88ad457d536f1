#include "common/kafka/oidc.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/http/client.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace cdckit::kafka {

using base::Error;
using base::ErrorKind;

namespace {

constexpr std::string_view kMethod = "sasl.oauthbearer.method";
constexpr std::string_view kEndpoint = "sasl.oauthbearer.token.endpoint.url";
constexpr std::string_view kClientId = "sasl.oauthbearer.client.id";
constexpr std::string_view kClientSecret = "sasl.oauthbearer.client.secret";
constexpr std::string_view kScope = "sasl.oauthbearer.scope";
constexpr std::string_view kExtensions = "sasl.oauthbearer.extensions";
constexpr std::string_view kAuthority = "https.ca.location";
constexpr std::array kAll = {
    kMethod, kEndpoint, kClientId, kClientSecret, kScope, kExtensions, kAuthority};

// Short, since the end of a handle waits for it.
constexpr std::chrono::milliseconds kAnswer{5'000};
constexpr long kOk = 200;
constexpr long kFirstOfServers = 500;
constexpr long kTooMany = 429;

std::string needed(const Settings& settings, std::string_view name) {
  std::string value(find_setting(settings, name));
  if (value.empty())
    throw Error(
        ErrorKind::config,
        "could not log in by sasl.oauthbearer.method=oidc: " + std::string(name) + " is missing");
  return value;
}

std::vector<std::pair<std::string, std::string>> extensions_of(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> out;
  if (text.empty()) return out;
  for (const std::string& pair : base::split(text, ',')) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0)
      throw Error(ErrorKind::config,
                  "could not read " + std::string(kExtensions) + ": it is no list of name=value");
    out.emplace_back(base::trim(std::string_view(pair).substr(0, equals)),
                     base::trim(std::string_view(pair).substr(equals + 1)));
  }
  return out;
}

}  // namespace

bool is_oidc_property(std::string_view name) {
  return std::find(kAll.begin(), kAll.end(), name) != kAll.end();
}

std::optional<Oidc> oidc_of(const Settings& settings) {
  if (find_setting(settings, kMethod) != "oidc") return std::nullopt;
  Oidc out;
  out.endpoint = needed(settings, kEndpoint);
  out.client_id = needed(settings, kClientId);
  out.client_secret = secrets::Secret(needed(settings, kClientSecret));
  out.scope = find_setting(settings, kScope);
  out.ca_file = find_setting(settings, kAuthority);
  out.allow_http = find_setting(settings, kAllowHttp) == "true";
  out.extensions = extensions_of(find_setting(settings, kExtensions));
  return out;
}

token::Token fetch_token(const Oidc& oidc) {
  http::Client client({.ca_file = oidc.ca_file, .allow_http = oidc.allow_http});
  std::string form = "grant_type=client_credentials";
  if (!oidc.scope.empty()) form += "&scope=" + http::percent_encode(oidc.scope);
  http::Request request;
  request.method = "POST";
  request.url = oidc.endpoint;
  request.headers = {"Content-Type: application/x-www-form-urlencoded", "Accept: application/json"};
  request.basic = secrets::Secret(oidc.client_id + ":" + std::string(oidc.client_secret.reveal()));
  request.body = form;
  request.timeout = kAnswer;
  const http::Response answer = client.send(request);
  if (answer.status == kOk) return token::parse_token_answer(answer.body);
  const bool passes = answer.status >= kFirstOfServers || answer.status == kTooMany;
  throw Error(passes ? ErrorKind::temporary : ErrorKind::permission,
              "could not get a token for Kafka from \"" + oidc.endpoint + "\": it answered " +
                  std::to_string(answer.status),
              passes ? ""
                     : "Check " + std::string(kClientId) + ", the file behind " +
                           std::string(kClientSecret) + " and " + std::string(kScope) + ".");
}

}  // namespace cdckit::kafka
