#include "common/kafka/login.hpp"

#include "common/base/clock.hpp"
#include "common/kafka/client.hpp"
#include "common/log/log.hpp"
#include "common/token/token.hpp"

#include <array>
#include <string>
#include <vector>

#include <librdkafka/rdkafka.h>

namespace cdckit::kafka {

using base::Error;
using base::ErrorKind;

namespace {

// Kafka 4 ends a SCRAM exchange of older libraries as if the password were wrong.
constexpr int kFirstWithScramOfKafka4 = 0x020601ff;
// A token that does not say when it ends is asked for again after some minutes.
constexpr std::int64_t kAssumedLife = 600'000;  // milliseconds

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

bool is_scram_too_old(const Login& login) {
  return login.mechanism.starts_with("SCRAM") && rd_kafka_version() < kFirstWithScramOfKafka4;
}

Error refused_by_sasl(const std::string& reason, const Login& login) {
  if (is_scram_too_old(login))
    return {
        ErrorKind::permission,
        "could not log in to Kafka: " + reason,
        "librdkafka " + library_version() +
            " cannot log in to Kafka 4 by SCRAM, 2.6.1 and newer can; if the brokers are older, "
            "check sasl.username and the file behind sasl.password."};
  const bool token = login.mechanism == "OAUTHBEARER";
  return {ErrorKind::permission,
          "could not log in to Kafka: " + reason,
          token ? "Check what gives the token, and that the brokers take it."
                : "Check sasl.mechanism, sasl.username and the file behind sasl.password."};
}

// Alerts by number, as RFC 8446 section 6.2 has them: the text differs between versions of TLS.
bool is_alert(const std::string& reason, int number) {
  return has(reason, "alert number " + std::to_string(number));
}

constexpr int kHandshakeFailure = 40;
constexpr int kBadCertificate = 42;
constexpr int kCertificateRequired = 116;
constexpr std::array<int, 5> kCertificateRefused = {43, 44, 45, 46, 48};

bool is_refused_certificate(const std::string& reason) {
  for (const int alert : kCertificateRefused) {
    if (is_alert(reason, alert)) return true;
  }
  return false;
}

std::optional<Error> refused_by_tls(const std::string& reason, const Login& login) {
  const bool wants_one = is_alert(reason, kCertificateRequired) ||
                         is_alert(reason, kBadCertificate) || is_alert(reason, kHandshakeFailure);
  if (wants_one && !login.certificate)
    return Error(
        ErrorKind::permission,
        "could not log in to Kafka: the broker demands a client certificate (" + reason + ")",
        "-X ssl.certificate.location=FILE and -X ssl.key.location=FILE name it.");
  if (wants_one || is_refused_certificate(reason))
    return Error(
        ErrorKind::permission,
        "could not log in to Kafka: the broker does not accept the client's certificate (" +
            reason + ")",
        "Its authority must be one that the broker trusts, and it must not have expired.");
  return std::nullopt;
}

}  // namespace

Login login_of(const Settings& settings) {
  Login out;
  out.mechanism = find_setting(settings, "sasl.mechanism");
  if (out.mechanism.empty()) out.mechanism = find_setting(settings, "sasl.mechanisms");
  for (const char* name :
       {"ssl.certificate.location", "ssl.certificate.pem", "ssl.keystore.location"})
    out.certificate = out.certificate || !find_setting(settings, name).empty();
  out.token_command = find_setting(settings, kTokenCommand);
  out.oidc = oidc_of(settings);
  return out;
}

std::optional<Error> refused_login(int code, const std::string& reason, const Login& login) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
      return refused_by_sasl(reason, login);
    default:
      return refused_by_tls(reason, login);
  }
}

bool uses_tokens(const rd_kafka_conf_s* config) {
  std::array<char, 64> mechanism{};
  std::size_t size = mechanism.size();
  return rd_kafka_conf_get(config, "sasl.mechanisms", mechanism.data(), &size) ==
             RD_KAFKA_CONF_OK &&
         std::string_view(mechanism.data()) == "OAUTHBEARER";
}

namespace {

token::Token get_token(const Login& login) {
  return login.oidc ? fetch_token(*login.oidc) : token::get_token(login.token_command);
}

void set_token(rd_kafka_s* handle,
               const Login& login,
               const token::Token& token,
               std::int64_t end) {
  const std::string principal = token.principal.empty() ? "kcat-cdc" : token.principal;
  const std::string text(token.text.reveal());
  std::vector<const char*> extensions;
  if (login.oidc) {
    for (const auto& [name, value] : login.oidc->extensions)
      extensions.insert(extensions.end(), {name.c_str(), value.c_str()});
  }
  std::array<char, 256> reason{};
  const auto code = rd_kafka_oauthbearer_set_token(handle,
                                                   text.c_str(),
                                                   end,
                                                   principal.c_str(),
                                                   extensions.data(),
                                                   extensions.size(),
                                                   reason.data(),
                                                   reason.size());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  throw Error(ErrorKind::permission,
              std::string("could not use the token for Kafka: ") + reason.data());
}

}  // namespace

void renew_token(rd_kafka_s* handle, const char* /*settings*/, void* opaque) {
  auto& state = *static_cast<ClientState*>(opaque);
  try {
    const token::Token token = get_token(state.login());
    const std::int64_t end = token.expires_at_ms.value_or(base::unix_milliseconds() + kAssumedLife);
    set_token(handle, state.login(), token, end);
    state.note_token(end);
    log::info("got a token for Kafka");
  } catch (const Error& error) {
    state.note_no_token(error);
    rd_kafka_oauthbearer_set_token_failure(handle, error.what());
  }
}

}  // namespace cdckit::kafka
