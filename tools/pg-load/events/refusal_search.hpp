// Finds the lines of a batch that a constraint refuses at the very end of a transaction, where the
// server names none of them: by applying fewer of them, until it passes. For the owner's thread;
// each try ends rolled back. Throws what the server says about anything else than rows.
#pragma once

#include "common/base/error.hpp"
#include "tools/pg-load/batch/line_store.hpp"
#include "tools/pg-load/events/applier.hpp"
#include "tools/pg-load/events/event_collector.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace cdckit::pg_load {

class RefusalSearch {
 public:
  // `atomic`: all lines are one transaction.
  RefusalSearch(Applier& applier, EventCollector& collector, const LineStore& lines, bool atomic)
      : applier_(applier), collector_(collector), lines_(lines), atomic_(atomic) {}

  // Lines [from, to) were refused. Returns up to where they pass now: rows to be rejected are in
  // the collector's refusals.
  std::uint64_t search(std::uint64_t from, std::uint64_t to);

 private:
  bool passes(std::uint64_t from, std::uint64_t to);
  void refuse_lines(std::uint64_t from, std::uint64_t begin, std::uint64_t to);
  void readmit(std::uint64_t from, std::uint64_t to);
  // Where transactions of the source begin in lines [from, to), and `to`.
  [[nodiscard]] std::vector<std::uint64_t> borders(std::uint64_t from, std::uint64_t to) const;

  Applier& applier_;
  EventCollector& collector_;
  const LineStore& lines_;
  Refusal refusal_;  // what the last try met
  bool atomic_;
};

// Lines [begin, end) do not pass together although lines before `begin` do: the index behind the
// first one that is refused, found by halves. `pass(n)` tells whether lines up to n do.
std::uint64_t first_refused(std::uint64_t begin,
                            std::uint64_t end,
                            const std::function<bool(std::uint64_t)>& pass);

}  // namespace cdckit::pg_load
