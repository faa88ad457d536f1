#include "common/kafka/client.hpp"

#include "common/kafka/failure.hpp"
#include "common/log/log.hpp"
#include "common/secrets/secret.hpp"

#include <array>

#include <librdkafka/rdkafka.h>

namespace cdckit::kafka {

using base::Error;
using base::ErrorKind;

namespace {

constexpr std::chrono::seconds kWarningPause{10};
constexpr std::size_t kReasonSize = 512;

void on_log(const rd_kafka_t* /*handle*/, int level, const char* facility, const char* text) {
  // what matters to the user arrives as an error too; the log is for those who ask (-v, -vv)
  constexpr int kNotice = 5;
  log::write(level <= kNotice ? log::Level::info : log::Level::debug,
             secrets::scrub(std::string("librdkafka ") + facility + ": " + text));
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

void ClientState::note_error(rd_kafka_s* handle, int code, const char* reason) {
  if (code == RD_KAFKA_RESP_ERR__FATAL) {
    std::array<char, kReasonSize> text{};
    const auto cause = rd_kafka_fatal_error(handle, text.data(), text.size());
    failure_ = failure(cause, "go on with this Kafka client", text.data());
    return;
  }
  const ErrorKind kind = kind_of(code);
  if (kind == ErrorKind::permission || kind == ErrorKind::config) {
    failure_ = failure(code, "talk to Kafka", reason);
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && !down_since_) down_since_ = now;
  // librdkafka counts repetitions in the text, so the code tells whether it is the same trouble
  if (code == last_warning_ && now - last_warning_at_ < kWarningPause) return;
  last_warning_ = code;
  last_warning_at_ = now;
  log::warning(std::string("Kafka: ") + reason);
}

void ClientState::check() const {
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
  Config config(rd_kafka_conf_new());
  set_property(config.get(), "client.id", "cdckit");
  set_property(config.get(), "socket.nagle.disable", "true");
  set_property(config.get(), "socket.keepalive.enable", "true");
  for (const Setting& setting : settings) set_property(config.get(), setting.name, setting.value);
  rd_kafka_conf_set_log_cb(config.get(), on_log);
  rd_kafka_conf_set_error_cb(config.get(), on_error);
  rd_kafka_conf_set_opaque(config.get(), &state);
  return config;
}

Handle make_handle(Role role, Config config) {
  std::array<char, kReasonSize> reason{};
  const auto type = role == Role::producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER;
  // once the handle is there the configuration belongs to it
  rd_kafka_conf_t* raw = config.release();
  rd_kafka_t* handle = rd_kafka_new(type, raw, reason.data(), reason.size());
  if (handle == nullptr) {
    config.reset(raw);
    throw Error(ErrorKind::config,
                std::string("could not set up the Kafka client: ") + reason.data());
  }
  return Handle(handle);
}

}  // namespace cdckit::kafka
