#include "common/snow/authenticator.hpp"

#include "common/base/clock.hpp"
#include "common/base/text.hpp"
#include "common/http/retry_after.hpp"
#include "common/log/log.hpp"
#include "common/snow/account.hpp"
#include "common/snow/sql_answer.hpp"
#include "common/snow/workload_identity.hpp"
#include "common/token/token.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace cdckit::snow {
namespace {

constexpr std::int64_t kLifetimeSeconds = 3'540;
constexpr std::int64_t kRenewWhenLeft = 300;
constexpr std::int64_t kRenewOther = 60;
constexpr std::int64_t kLargeSkew = 30;

std::int64_t wall_clock() {
  return base::unix_milliseconds() / 1000;
}

std::optional<KeyPair> key_of(const ConnectionSettings& settings) {
  if (settings.login != Login::key_pair) return std::nullopt;
  return KeyPair::load(settings);
}

// The way the account's name may have been meant: both are in use, and the service takes one.
std::string other_spelling(const std::string& account) {
  std::string other = account;
  const bool has_underscore = account.find('_') != std::string::npos;
  std::replace(other.begin(), other.end(), has_underscore ? '_' : '-', has_underscore ? '-' : '_');
  return other;
}

}  // namespace

std::optional<std::int64_t> clock_skew(const http::Response& answer, std::int64_t now) {
  const auto server = http::parse_http_date(answer.header("date"));
  if (!server) return std::nullopt;
  return *server - now;
}

Authenticator::Authenticator(const ConnectionSettings& settings, bool with_role)
    : settings_(settings),
      key_(key_of(settings)),
      clock_(wall_clock),
      user_(base::to_upper(settings.user)),
      rotates_(key_ && !settings.private_key_file.empty()) {
  claims_.account = token_account(settings.account);
  claims_.user = user_;
  if (with_role) claims_.role = settings.role;
}

Authenticator::Authenticator(const ConnectionSettings& settings,
                             KeyPair key,
                             bool with_role,
                             Clock clock)
    : settings_(settings),
      key_(std::move(key)),
      clock_(std::move(clock)),
      user_(base::to_upper(settings.user)) {
  claims_.account = token_account(settings.account);
  claims_.user = user_;
  if (with_role) claims_.role = settings.role;
}

const secrets::Secret& Authenticator::token() {
  const std::int64_t left = expires_at_ - clock_();
  const bool old = expires_at_ != 0 && left < (key_ ? kRenewWhenLeft : kRenewOther);
  if (token_.empty() || old) renew();
  return token_;
}

void Authenticator::renew() {
  if (!key_) return take_token();
  if (reads_key_again_) read_key_again();
  reads_key_again_ = rotates_;
  claims_.issued_at = clock_();
  claims_.expires_at = claims_.issued_at + kLifetimeSeconds;
  expires_at_ = claims_.expires_at;
  token_ = key_->sign(claims_);
}

// A key that was rotated counts from the next token on. One that is being written just now does not
// yet.
void Authenticator::read_key_again() {
  try {
    key_ = KeyPair::load(settings_);
  } catch (const base::Error& error) {
    log::warning(std::string(error.what()) + "; going on with the key that was read before");
  }
}

// Files and programs are asked again each time: somebody else keeps them fresh.
void Authenticator::take_token() {
  if (settings_.login == Login::workload) {
    const token::Token identity = workload_token(settings_);
    token_ = secrets::Secret("WIF.OIDC." + std::string(identity.text.reveal()));
    expires_at_ = identity.expires_at_ms ? *identity.expires_at_ms / 1000 : 0;
    return;
  }
  if (settings_.token_command.empty()) {
    token_ = settings_.token_file.empty() ? settings_.token
                                          : secrets::Secret::from_file(settings_.token_file);
    expires_at_ = 0;
    return;
  }
  token::Token made = token::get_token(settings_.token_command);
  token_ = std::move(made.text);
  expires_at_ = made.expires_at_ms ? *made.expires_at_ms / 1000 : 0;
}

void Authenticator::add_header(std::vector<std::string>& headers) const {
  if (settings_.login == Login::workload) return;  // the token says it itself
  const char* kind = "KEYPAIR_JWT";
  if (settings_.login == Login::access_token) kind = "PROGRAMMATIC_ACCESS_TOKEN";
  if (settings_.login == Login::oauth) kind = "OAUTH";
  headers.push_back(std::string("X-Snowflake-Authorization-Token-Type: ") + kind);
}

std::string Authenticator::issuer() const {
  return key_ ? claims_.account + "." + user_ + "." + key_->fingerprint() : "";
}

base::Error Authenticator::refused(const std::string& what, const http::Response& answer) const {
  const Failure failure = parse_failure(answer.body);
  std::string why = "HTTP " + std::to_string(answer.status);
  if (!failure.code.empty()) why += " " + failure.code;
  if (!failure.message.empty()) why += ": " + failure.message;
  const std::string message =
      "could not " + what + " as \"" + claims_.account + "." + user_ + "\": " + why;
  const auto skew = clock_skew(answer, clock_());
  std::string clock = "; the server's clock is not told";
  if (skew) clock = "; the clocks differ by " + std::to_string(*skew) + " s";
  if (skew && std::abs(*skew) >= kLargeSkew) clock += " (set ours: NTP)";
  if (settings_.login == Login::workload) {
    return {
        base::ErrorKind::permission,
        message,
        "A user of the account must have WORKLOAD_IDENTITY = (TYPE = OIDC ISSUER = .. SUBJECT = "
        "..) with what the token says" +
            clock + "."};
  }
  if (!key_) {
    return {base::ErrorKind::permission,
            message,
            "The token may be expired, or not allowed for this user or network" + clock + "."};
  }
  return {base::ErrorKind::permission,
          message,
          "DESC USER " + user_ + " must show " + key_->fingerprint() +
              " as RSA_PUBLIC_KEY_FP or RSA_PUBLIC_KEY_2_FP; the issuer was " + issuer() +
              ", the account may also be meant as " + other_spelling(claims_.account) + clock +
              "."};
}

}  // namespace cdckit::snow
