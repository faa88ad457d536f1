// What producer, consumer and admin handles have in common: a configuration made from settings,
// librdkafka's log lines and errors, ownership of the handle. For this room only; librdkafka's
// types are declared, never included.
#pragma once

#include "common/base/error.hpp"
#include "common/kafka/settings.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

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
// where it is. Errors that no retry cures are kept until the owner asks.
class ClientState {
 public:
  void note_error(rd_kafka_s* handle, int code, const char* reason);
  // Throws what was noted.
  void check() const;
  // Since when no broker could be reached; nothing while one can, as far as is known.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> down_since() const {
    return down_since_;
  }
  void note_reachable() { down_since_.reset(); }

 private:
  std::optional<std::chrono::steady_clock::time_point> down_since_;
  std::optional<base::Error> failure_;
  int last_warning_ = 0;
  std::chrono::steady_clock::time_point last_warning_at_{};
};

// Applies the settings in order. Throws config naming the property, never its value.
Config make_config(const Settings& settings, ClientState& state);
void set_property(rd_kafka_conf_s* config, const std::string& name, const std::string& value);

using Handle = std::unique_ptr<rd_kafka_s, HandleRelease>;
Handle make_handle(Role role, Config config);

}  // namespace cdckit::kafka
