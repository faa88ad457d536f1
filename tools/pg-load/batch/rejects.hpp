// Rows of the current batch that the server refused. They reach the reject file only right before
// the batch commits, so that a batch that is sent again does not report them twice.
#pragma once

#include "common/event/input.hpp"
#include "tools/pg-load/batch/line_store.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace cdckit::pg_load {

class Rejects {
 public:
  // `limit`: --max-rejects, negative for none.
  Rejects(event::Input& input, std::int64_t limit) : input_(input), limit_(limit) {}

  // A line that could not even be sent: dealt with at once (--on-error stop throws).
  void now(const event::BadLine& bad);
  // A line of the batch; the first word about it counts. False when it was known.
  bool later(std::uint64_t line_number, std::string reason, std::string code);
  [[nodiscard]] bool contains(std::uint64_t line_number) const {
    const auto found = pending_.find(line_number);
    return found != pending_.end() && found->second.found;
  }
  // The lines of the batch are applied again: what was known of them is to be found again.
  void begin_again();
  // Writes the pending ones with their text from `lines` and makes all durable.
  void settle(const LineStore& lines);
  // The batch is over.
  void clear() { pending_.clear(); }
  // Lines given to later() since clear().
  [[nodiscard]] std::uint64_t pending() const noexcept { return pending_.size(); }
  [[nodiscard]] std::uint64_t total() const noexcept { return input_.rejected(); }
  // Lines that the input itself found bad.
  [[nodiscard]] std::uint64_t foreign() const noexcept { return input_.rejected() - reported_; }

 private:
  struct Reason {
    std::string text;
    std::string code;
    bool found = true;  // since begin_again()
    bool written = false;
  };
  void report(const event::BadLine& bad);

  event::Input& input_;
  std::int64_t limit_;
  std::uint64_t reported_ = 0;
  std::map<std::uint64_t, Reason> pending_;
};

}  // namespace cdckit::pg_load
