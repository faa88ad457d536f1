// What producer, consumer and admin handles have in common: a configuration made from settings,
// librdkafka's log lines and errors, ownership of the handle. For this room only; librdkafka's
// types are declared, never included.
#pragma once

#include "common/base/error.hpp"
#include "common/base/interval.hpp"
#include "common/kafka/doubts.hpp"
#include "common/kafka/login.hpp"
#include "common/kafka/outage.hpp"
#include "common/kafka/settings.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

// NOLINTBEGIN(readability-identifier-naming): the library's own names
struct rd_kafka_s;
struct rd_kafka_conf_s;
// NOLINTEND(readability-identifier-naming)

namespace cdckit::kafka {

struct ConfigRelease {
  void operator()(rd_kafka_conf_s* config) const noexcept;
};
using Config = std::unique_ptr<rd_kafka_conf_s, ConfigRelease>;

struct HandleRelease {
  void operator()(rd_kafka_s* handle) const noexcept;
};

enum class Role { producer, consumer };

// The state behind a handle that its callbacks write to; lives longer than the handle and stays
// where it is. Errors that no retry cures are kept until the owner asks. One thread, but for what
// librdkafka's threads note.
class ClientState {
 public:
  // From librdkafka's threads: the first one is kept.
  void note_refusal(base::Error error);
  void set_login(Login login) { login_ = std::move(login); }
  [[nodiscard]] const Login& login() const noexcept { return login_; }
  // From librdkafka's threads too: a token that holds until `end_ms`, or why there is no new one.
  // What has ended the login is kept until there is a token again; once there was one, trouble that
  // passes does not end it.
  void note_token(std::int64_t end_ms);
  void note_no_token(const base::Error& error);
  void note_error(rd_kafka_s* handle, int code, const char* reason);
  // Throws what was noted.
  void check() const;
  // Since when no broker could be reached; nothing while one can, as far as is known.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> down_since() const {
    return outage_.since();
  }
  void note_reachable() { outage_.end(); }
  // Warns, once, when records have been waiting for brokers for a while; `waits`: some are.
  void tell_outage(bool waits);
  // Whether brokers have said, since the last call, that they do not know a topic or partition.
  bool take_unknown() { return std::exchange(unknown_, false); }
  // Whether they ever have.
  [[nodiscard]] bool was_unknown() const noexcept { return was_unknown_; }
  // Another client with the same transactional id has begun, or the coordinator ended a transaction
  // that took too long: brokers say the same of both.
  [[nodiscard]] bool fenced() const noexcept { return fenced_; }
  void note_fenced() noexcept { fenced_ = true; }
  // For a new handle.
  void forget();
  // A line of librdkafka's log, from any of its threads.
  void note_log(int level, const char* facility, const char* text);
  [[nodiscard]] Doubts& doubts() noexcept { return doubts_; }
  // The library writes its debug lines for doubts(): nobody asked to see them. Before the handle
  // exists.
  void listen_only() noexcept { shows_debug_ = false; }

 private:
  [[nodiscard]] bool is_lapsed(int code) const;

  Outage outage_;
  std::optional<base::Error> failure_;
  Login login_;  // before the handle exists
  mutable std::mutex mutex_;
  std::optional<base::Error> refusal_;   // guarded by mutex_
  std::optional<base::Error> no_token_;  // guarded by mutex_
  std::int64_t token_end_ms_ = 0;        // guarded by mutex_
  Doubts doubts_;
  bool shows_debug_ = true;
  bool unknown_ = false;
  bool was_unknown_ = false;
  bool fenced_ = false;
  std::map<int, base::Interval> warnings_;  // by code
};

// Applies the settings in order. Throws config naming the property, never its value.
Config make_config(const Settings& settings, ClientState& state);
void set_property(rd_kafka_conf_s* config, const std::string& name, const std::string& value);

using Handle = std::unique_ptr<rd_kafka_s, HandleRelease>;
Handle make_handle(Role role, Config config);

}  // namespace cdckit::kafka
