// That no broker can be reached: since when, and when it is worth a word. Idle connections are
// closed by either side and opened again for the next record, which librdkafka reports like a
// cluster that is away. A value of one thread; nothing throws.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace cdckit::kafka {

class Outage {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // librdkafka has lost its last connection, as `text` says; the first time counts.
  void note(std::string text, TimePoint now);
  // A broker has answered.
  void end();
  [[nodiscard]] std::optional<TimePoint> since() const noexcept { return since_; }
  // The text, once for each outage, when something has been waiting for brokers for a second.
  std::optional<std::string> due(bool waits, TimePoint now);

 private:
  std::optional<TimePoint> since_;
  std::optional<TimePoint> waits_since_;
  std::string text_;  // empty: nothing to say, or said
};

}  // namespace cdckit::kafka
