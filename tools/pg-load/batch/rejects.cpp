#include "tools/pg-load/batch/rejects.hpp"

#include "common/base/error.hpp"
#include "common/event/event.hpp"

#include <utility>

namespace cdckit::pg_load {
namespace {

// The position of a stored line, empty when it has none.
std::string_view position_of(std::string_view line, event::Decoder& decoder) {
  event::LineKind kind{};
  event::Event event;
  if (decoder.decode(line, false, kind, event) != nullptr || kind != event::LineKind::event)
    return {};
  return event.pos;
}

}  // namespace

void Rejects::report(const event::BadLine& bad) {
  input_.bad_line(bad);
  ++reported_;
  if (limit_ < 0 || input_.rejected() <= static_cast<std::uint64_t>(limit_)) return;
  throw base::Error(base::ErrorKind::data,
                    "could not go on: more than " + std::to_string(limit_) + " rejected rows");
}

void Rejects::now(const event::BadLine& bad) {
  report(bad);
}

bool Rejects::later(std::uint64_t line_number, std::string reason, std::string code) {
  const auto [entry, fresh] =
      pending_.try_emplace(line_number, Reason{std::move(reason), std::move(code)});
  const bool known = std::exchange(entry->second.found, true);
  return fresh || !known;
}

void Rejects::begin_again() {
  for (auto& [number, reason] : pending_) reason.found = false;
}

void Rejects::settle(const LineStore& lines) {
  if (!pending_.empty()) {
    event::Decoder decoder;
    lines.for_each(0, lines.size(), [&](const StoredLine& line) {
      const auto found = pending_.find(line.number);
      if (found == pending_.end() || !found->second.found) return;
      if (std::exchange(found->second.written, true)) return;
      report({.line_number = line.number,
              .pos = position_of(line.text, decoder),
              .reason = found->second.text,
              .code = found->second.code,
              .text = line.text});
    });
  }
  input_.sync_rejects();
}

}  // namespace cdckit::pg_load
