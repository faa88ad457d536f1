#include "common/kafka/client.hpp"

#include "common/base/clock.hpp"
#include "common/kafka/certificate.hpp"
#include "common/kafka/failure.hpp"
#include "common/kafka/login.hpp"
#include "common/kafka/partition_list.hpp"
#include "common/log/log.hpp"
#include "common/secrets/secret.hpp"

#include <array>
#include <cstdio>

#include <librdkafka/rdkafka.h>

namespace cdckit::kafka {

using base::Error;
using base::ErrorKind;

namespace {

constexpr std::chrono::seconds kWarningPause{10};
constexpr std::size_t kReasonSize = 512;
constexpr std::string_view kNoToken = "Failed to acquire SASL OAUTHBEARER";

constexpr int kNotice = 5;
constexpr int kDebug = 7;

void on_log(const rd_kafka_t* handle, int level, const char* facility, const char* text) {
  void* state = handle == nullptr ? nullptr : rd_kafka_opaque(handle);
  if (state != nullptr) static_cast<ClientState*>(state)->note_log(level, facility, text);
}

// Called by the broker's thread for each certificate of its chain.
// NOLINTNEXTLINE(readability-function-size): the library's callback
int on_certificate(rd_kafka_t* /*handle*/,
                   const char* broker,
                   std::int32_t /*id*/,
                   int* verdict,
                   int /*depth*/,
                   const char* der,
                   std::size_t size,
                   char* reason,
                   std::size_t reason_size,
                   void* opaque) {
  if (*verdict == 0) return 1;
  const Error error = certificate_failure(broker, *verdict, {der, size});
  std::snprintf(reason, reason_size, "%s", error.what());
  static_cast<ClientState*>(opaque)->note_refusal(error);
  return 0;
}

void on_error(rd_kafka_t* handle, int code, const char* reason, void* opaque) {
  static_cast<ClientState*>(opaque)->note_error(handle, code, reason);
}

}  // namespace

void ConfigRelease::operator()(rd_kafka_conf_s* config) const noexcept {
  rd_kafka_conf_destroy(config);
}

void HandleRelease::operator()(rd_kafka_s* handle) const noexcept {
  // consumers are closed by their owner when they end well; else they must not wait for a broker
  rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

void ClientState::note_token(std::int64_t end_ms) {
  const std::lock_guard lock(mutex_);
  token_end_ms_ = end_ms;
  no_token_.reset();
}

void ClientState::note_no_token(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    // a provider that is away for a while is like brokers that are: their limits of time count
    const bool ends = token_end_ms_ == 0 || !error.retryable();
    if (ends && token_end_ms_ <= base::unix_milliseconds()) no_token_ = error;
  }
  log::warning(std::string(error.what()) + "; it is tried again in some seconds");
}

// Brokers refuse a token that has lapsed before a new one was there: no fault of the token's giver.
bool ClientState::is_lapsed(int code) const {
  if (code != RD_KAFKA_RESP_ERR__AUTHENTICATION &&
      code != RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED)
    return false;
  const std::lock_guard lock(mutex_);
  return token_end_ms_ != 0 && token_end_ms_ <= base::unix_milliseconds();
}

void ClientState::note_error(rd_kafka_s* handle, int code, const char* reason) {
  if (code == RD_KAFKA_RESP_ERR__FATAL) {
    std::array<char, kReasonSize> text{};
    const auto cause = rd_kafka_fatal_error(handle, text.data(), text.size());
    if (is_fence(cause)) fenced_ = true;
    failure_ = failure(cause, "go on with this Kafka client", text.data());
    return;
  }
  const std::string text = secrets::scrub(reason);
  // renew_token() has noted why
  if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION && text.starts_with(kNoToken)) return;
  if (is_lapsed(code)) return log::warning("Kafka: the token has lapsed: " + text);
  if (auto refused = refused_login(code, text, login_)) {
    failure_ = std::move(refused);
    return;
  }
  const ErrorKind kind = kind_of(code);
  if (kind == ErrorKind::permission || kind == ErrorKind::config) {
    failure_ = failure(code, "talk to Kafka", text);
    return;
  }
  if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
      code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION) {
    unknown_ = was_unknown_ = true;
    doubts_.note_all();
  }
  const auto now = std::chrono::steady_clock::now();
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    outage_.note(text, now);
    // a producer says it when a record waits, see tell_outage()
    if (handle != nullptr && rd_kafka_type(handle) == RD_KAFKA_PRODUCER) return;
  }
  // librdkafka counts repetitions in the text, so the code tells whether it is the same trouble;
  // two of them take turns where no broker can be reached
  if (warnings_.try_emplace(code, kWarningPause).first->second.due(now))
    log::warning("Kafka: " + text);
}

void ClientState::tell_outage(bool waits) {
  if (const auto text = outage_.due(waits, std::chrono::steady_clock::now()))
    log::warning("Kafka: " + *text);
}

void ClientState::note_log(int level, const char* facility, const char* text) {
  if (level >= kDebug) {
    doubts_.note(facility, text);
    if (!shows_debug_) return;
  }
  // what matters to the user arrives as an error too; the log is for those who ask (-v, -vv)
  log::write(level <= kNotice ? log::Level::info : log::Level::debug,
             secrets::scrub(std::string("librdkafka ") + facility + ": " + text));
}

void ClientState::note_refusal(Error error) {
  const std::lock_guard lock(mutex_);
  if (!refusal_) refusal_ = std::move(error);
}

void ClientState::forget() {
  failure_.reset();
  {
    const std::scoped_lock lock(mutex_);
    refusal_.reset();
    no_token_.reset();
    token_end_ms_ = 0;
  }
  fenced_ = false;
  outage_.end();
}

void ClientState::check() const {
  {
    const std::lock_guard lock(mutex_);
    if (refusal_) throw Error(*refusal_);
    if (no_token_) throw Error(*no_token_);
  }
  if (failure_) throw Error(*failure_);
}

void set_property(rd_kafka_conf_s* config, const std::string& name, const std::string& value) {
  std::array<char, kReasonSize> reason{};
  const auto result =
      rd_kafka_conf_set(config, name.c_str(), value.c_str(), reason.data(), reason.size());
  if (result == RD_KAFKA_CONF_OK) return;
  const std::string why = is_secret(name) ? "value not accepted" : reason.data();
  throw Error(ErrorKind::config, "could not set Kafka property \"" + name + "\": " + why);
}

Config make_config(const Settings& settings, ClientState& state) {
  state.set_login(login_of(settings));
  Config config(rd_kafka_conf_new());
  set_property(config.get(), "client.id", "cdckit");
  set_property(config.get(), "socket.nagle.disable", "true");
  set_property(config.get(), "socket.keepalive.enable", "true");
  for (const Setting& setting : settings) {
    const bool ours = setting.name == kTokenCommand || setting.name == kAllowHttp ||
                      (state.login().oidc && is_oidc_property(setting.name));
    if (!ours) set_property(config.get(), setting.name, setting.value);
  }
  rd_kafka_conf_set_ssl_cert_verify_cb(config.get(), on_certificate);
  if (state.login().gets_tokens())
    rd_kafka_conf_set_oauthbearer_token_refresh_cb(config.get(), renew_token);
  rd_kafka_conf_set_log_cb(config.get(), on_log);
  rd_kafka_conf_set_error_cb(config.get(), on_error);
  rd_kafka_conf_set_opaque(config.get(), &state);
  return config;
}

namespace {

// A consumer's thread looks for a broker before it was told of any, or after: in the one case its
// next look is a second later. A question makes it connect at once; the answer is not waited for.
void connect_now(rd_kafka_t* handle) {
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(handle, 0, nullptr, &metadata, 0) == RD_KAFKA_RESP_ERR_NO_ERROR)
    rd_kafka_metadata_destroy(metadata);
}

}  // namespace

Handle make_handle(Role role, Config config) {
  std::array<char, kReasonSize> reason{};
  const auto type = role == Role::producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER;
  // tokens are renewed by a thread of the library's own: whoever waits for a pipe does not poll
  const bool renews = uses_tokens(config.get());
  if (renews) rd_kafka_conf_enable_sasl_queue(config.get(), 1);
  // once the handle is there the configuration belongs to it
  rd_kafka_conf_t* raw = config.release();
  rd_kafka_t* handle = rd_kafka_new(type, raw, reason.data(), reason.size());
  if (handle == nullptr) {
    config.reset(raw);
    throw Error(ErrorKind::config,
                std::string("could not set up the Kafka client: ") + reason.data());
  }
  Handle out(handle);
  connect_now(handle);
  if (renews) {
    const ErrorHandle error(rd_kafka_sasl_background_callbacks_enable(handle));
    if (error)
      throw Error(ErrorKind::config,
                  std::string("could not set up the login to Kafka: ") +
                      rd_kafka_error_string(error.get()));
  }
  return out;
}

}  // namespace cdckit::kafka
