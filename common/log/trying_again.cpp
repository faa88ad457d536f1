// tested by
// tests/integration/operations/test_late_servers.py::test_started_before_their_servers
#include "common/log/trying_again.hpp"

#include "common/base/interval.hpp"
#include "common/base/text.hpp"
#include "common/log/log.hpp"

#include <mutex>
#include <string>

namespace cdckit::log {

namespace {

bool is_news() {
  static std::mutex mutex;
  static base::Interval said{std::chrono::seconds(10)};
  const std::scoped_lock lock(mutex);
  return said.due(std::chrono::steady_clock::now());
}

}  // namespace

void trying_again(std::string_view why, std::chrono::milliseconds pause) {
  write(is_news() ? Level::warning : Level::info,
        std::string(why) + "; trying again in " + base::format_duration(pause));
}

}  // namespace cdckit::log
