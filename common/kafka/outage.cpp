#include "common/kafka/outage.hpp"

#include <utility>

namespace cdckit::kafka {

namespace {

// To open a connection again takes a fraction of it.
constexpr std::chrono::seconds kWorthAWord{1};

}  // namespace

void Outage::note(std::string text, TimePoint now) {
  if (!since_) since_ = now;
  text_ = std::move(text);
}

void Outage::end() {
  *this = Outage();
}

std::optional<std::string> Outage::due(bool waits, TimePoint now) {
  if (!waits || text_.empty()) {
    waits_since_.reset();
    return std::nullopt;
  }
  if (!waits_since_) waits_since_ = now;
  if (now - *waits_since_ < kWorthAWord) return std::nullopt;
  return std::exchange(text_, {});
}

}  // namespace cdckit::kafka
