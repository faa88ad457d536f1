// SIGINT and SIGTERM as something a loop can ask for and poll on. The first signal asks to drain;
// the second ends the process at once with 130 or 143. SIGPIPE is ignored process-wide.
#pragma once

#include <chrono>

namespace cdckit::signals {

// Who else than the process' signals may ask for a stop: a simulated process has its own.
class StopSource {
 public:
  virtual ~StopSource() = default;
  [[nodiscard]] virtual bool stop_requested() const noexcept = 0;
  [[nodiscard]] virtual int fd() const noexcept = 0;
};

// Cheap to copy; all tokens look at the one process-wide state, unless they were given a source. A
// default token is never stopped unless install() was called.
class StopToken {
 public:
  StopToken() = default;
  explicit StopToken(const StopSource& source) noexcept : source_(&source) {}
  [[nodiscard]] bool stop_requested() const noexcept;
  // Becomes and stays readable once stop was requested; -1 when signals were never installed.
  [[nodiscard]] int fd() const noexcept;
  // Sleeps; true when it was cut short by a stop.
  bool sleep_for(std::chrono::milliseconds duration) const;

 private:
  const StopSource* source_ = nullptr;
};

// Call once, before threads start. Throws base::Error when the kernel refuses.
StopToken install();
// What a signal would do; for tests and for tools that end by themselves.
void request_stop() noexcept;

}  // namespace cdckit::signals
