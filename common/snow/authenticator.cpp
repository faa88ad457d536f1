#include "common/snow/authenticator.hpp"

#include "common/base/clock.hpp"
#include "common/base/text.hpp"
#include "common/snow/account.hpp"

#include <utility>

namespace cdckit::snow {
namespace {

constexpr std::int64_t kLifetimeSeconds = 3'540;
constexpr std::int64_t kRenewWhenLeft = 300;

std::int64_t wall_clock() {
  return base::unix_milliseconds() / 1000;
}

}  // namespace

Authenticator::Authenticator(const ConnectionSettings& settings, bool with_role)
    : Authenticator(settings, KeyPair::load(settings), with_role, wall_clock) {}

Authenticator::Authenticator(const ConnectionSettings& settings,
                             KeyPair key,
                             bool with_role,
                             Clock clock)
    : key_(std::move(key)), clock_(std::move(clock)), user_(base::to_upper(settings.user)) {
  claims_.account = token_account(settings.account);
  claims_.user = user_;
  if (with_role) claims_.role = settings.role;
}

const secrets::Secret& Authenticator::token() {
  if (token_.empty() || claims_.expires_at - clock_() < kRenewWhenLeft) renew();
  return token_;
}

void Authenticator::renew() {
  claims_.issued_at = clock_();
  claims_.expires_at = claims_.issued_at + kLifetimeSeconds;
  token_ = key_.sign(claims_);
}

base::Error Authenticator::refused(const std::string& what, const std::string& why) const {
  return {base::ErrorKind::permission,
          "could not " + what + " as \"" + claims_.account + "." + user_ + "\": " + why,
          "DESC USER " + user_ + " must show " + key_.fingerprint() +
              " as RSA_PUBLIC_KEY_FP; account, user and the clock must be right too."};
}

}  // namespace cdckit::snow
