#include "tools/opensky-fetch/service/token.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"
#include "common/ndjson/validator.hpp"
#include "tools/opensky-fetch/service/answer.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::int64_t kMarginSeconds = 30;
constexpr std::int64_t kUsualLifetime = 1800;

std::string text_member(std::string_view object, std::string_view name) {
  const std::string_view token = ndjson::find_member(object, name);
  std::string text;
  if (token.size() > 2 && token.front() == '"') ndjson::append_unescaped(text, token);
  return text;
}

secrets::Secret form_of(std::string_view id, std::string_view secret) {
  return secrets::Secret(fmt::format("grant_type=client_credentials&client_id={}&client_secret={}",
                                     http::percent_encode(id),
                                     http::percent_encode(secret)));
}

secrets::Secret read_form(const std::string& path) {
  const secrets::Secret file = secrets::Secret::from_file(path);
  const bool valid = ndjson::Validator().check_object(file.reveal(), false) == nullptr;
  const std::string id = valid ? text_member(file.reveal(), "clientId") : "";
  const secrets::Secret secret(valid ? text_member(file.reveal(), "clientSecret") : "");
  if (id.empty() || secret.empty()) {
    throw Error(
        ErrorKind::config,
        fmt::format("could not read \"{}\": it is not {{\"clientId\":..,\"clientSecret\":..}}",
                    path),
        "Download the file of an API client from the account page.");
  }
  return form_of(id, secret.reveal());
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets any
  return value == nullptr ? "" : value;
}

// Empty when the environment holds neither.
secrets::Secret form_from_environment() {
  const std::string id = variable("OPENSKY_CLIENT_ID");
  const secrets::Secret secret(variable("OPENSKY_CLIENT_SECRET"));
  if (id.empty() && secret.empty()) return {};
  if (id.empty() || secret.empty()) {
    throw Error(ErrorKind::config,
                "could not take the credentials from the environment: there is only one of "
                "OPENSKY_CLIENT_ID and OPENSKY_CLIENT_SECRET",
                "Set both, or neither.");
  }
  return form_of(id, secret.reveal());
}

}  // namespace

TokenSource::TokenSource(const std::string& credentials_path, std::string auth_url)
    : auth_url_(std::move(auth_url)),
      body_(credentials_path.empty() ? form_from_environment() : read_form(credentials_path)) {}

secrets::Secret TokenSource::current(http::Client& client, std::chrono::milliseconds timeout) {
  if (anonymous()) return {};
  if (!token_.empty() && std::chrono::steady_clock::now() < usable_until_) return token_;
  http::Request request;
  request.method = "POST";
  request.url = auth_url_;
  request.headers = {"Content-Type: application/x-www-form-urlencoded"};
  request.body = body_.reveal();
  request.timeout = timeout;
  const http::Response response = client.send(request);
  if (response.status == 400 || response.status == 401 || response.status == 403) {
    throw PollError(
        ErrorKind::permission,
        fmt::format(
            "could not log in at \"{}\": the server answered {}", auth_url_, response.status),
        {.label = "login", .hint = "Check the client id and secret."});
  }
  judge(response, auth_url_);
  accept(response.body);
  return token_;
}

void TokenSource::accept(std::string_view answer) {
  if (ndjson::Validator().check_object(answer, false) != nullptr) {
    throw not_understood("it is no JSON object", auth_url_);
  }
  token_ = secrets::Secret(text_member(answer, "access_token"));
  if (token_.empty()) throw not_understood("there is no access_token", auth_url_);
  const auto lifetime =
      base::parse_signed(ndjson::find_member(answer, "expires_in")).value_or(kUsualLifetime);
  const std::int64_t usable = std::clamp<std::int64_t>(lifetime - kMarginSeconds, 0, 86'400);
  usable_until_ = std::chrono::steady_clock::now() + std::chrono::seconds(usable);
}

}  // namespace cdckit::opensky_fetch
