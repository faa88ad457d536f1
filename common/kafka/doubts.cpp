#include "common/kafka/doubts.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

namespace cdckit::kafka {

namespace {

bool is_topic_character(char one) noexcept {
  return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9') ||
         one == '.' || one == '_' || one == '-';
}

// `topic [3]: ..`, behind the name of the thread that wrote it.
std::optional<Partition> partition_in(std::string_view text) {
  const std::size_t open = text.rfind(" [");
  if (open == std::string_view::npos) return std::nullopt;
  Partition out;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + open + 2, end, out.number);
  if (error != std::errc{} || rest == end || *rest != ']') return std::nullopt;
  std::size_t begin = open;
  while (begin > 0 && is_topic_character(text[begin - 1])) --begin;
  if (begin == open) return std::nullopt;
  out.topic = text.substr(begin, open - begin);
  return out;
}

// A partition that has a broker for the first time has left none: whoever begins to read it has
// nothing to doubt yet. One that loses its broker says so in a line of its own.
bool begins(std::string_view text) noexcept {
  constexpr auto kNone = std::string_view::npos;
  return text.find("]: delegate to broker ") != kNone ||
         text.find("]: delegating to broker ") != kNone ||
         (text.find("]: no longer delegated to broker ") != kNone && text.ends_with("/internal"));
}

}  // namespace

bool Doubts::Taken::hits(const Partition& partition) const noexcept {
  return all || std::find(partitions.begin(), partitions.end(), partition) != partitions.end();
}

void Doubts::note(std::string_view facility, std::string_view text) {
  const bool refused = facility == "BROKERUA" || (facility == "BRKDELGT" && !begins(text));
  const bool cut = facility == "STATE" && text.find("UP -> DOWN") != std::string_view::npos;
  if (cut) note_all();
  if (!refused) return;
  auto partition = partition_in(text);
  if (!partition) return note_all();
  const std::lock_guard lock(mutex_);
  if (!noted_.hits(*partition)) noted_.partitions.push_back(std::move(*partition));
  any_.store(true, std::memory_order_release);
}

void Doubts::note_all() {
  const std::lock_guard lock(mutex_);
  noted_.all = true;
  any_.store(true, std::memory_order_release);
}

Doubts::Taken Doubts::take() {
  const std::lock_guard lock(mutex_);
  any_.store(false, std::memory_order_release);
  return std::exchange(noted_, Taken{});
}

}  // namespace cdckit::kafka
