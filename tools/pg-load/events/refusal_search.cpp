#include "tools/pg-load/events/refusal_search.hpp"

#include "common/event/event.hpp"

#include <string_view>

namespace cdckit::pg_load {

std::uint64_t first_refused(std::uint64_t begin,
                            std::uint64_t end,
                            const std::function<bool(std::uint64_t)>& pass) {
  std::uint64_t good = begin;
  std::uint64_t bad = end;
  while (good + 1 < bad) {
    const std::uint64_t middle = good + (bad - good) / 2;
    (pass(middle) ? good : bad) = middle;
  }
  return bad;
}

std::vector<std::uint64_t> RefusalSearch::borders(std::uint64_t from, std::uint64_t to) const {
  if (atomic_) return {to};
  std::vector<std::uint64_t> begins;
  std::string last;
  std::uint64_t index = from;
  event::Decoder decoder;
  lines_.for_each(from, to, [&](const StoredLine& line) {
    event::LineKind kind{};
    event::Event event;
    const bool readable = decoder.decode(line.text, false, kind, event) == nullptr;
    const bool half = readable && is_second_half(event);
    const std::string_view transaction = event.pos.substr(0, event.pos.find('/'));
    const bool goes_on = half || (!transaction.empty() && transaction == last);
    if (index > from && !goes_on) begins.push_back(index);
    last = transaction;
    ++index;
  });
  begins.push_back(to);
  return begins;
}

// Applies lines [from, to) without those that are refused already; the next try takes all back.
bool RefusalSearch::passes(std::uint64_t from, std::uint64_t to) {
  for (;;) {
    try {
      if (!collector_.replay(from, to)) return true;  // the commit itself will find out
      applier_.begin();
      collector_.settle(to);
      applier_.session().connection().execute("SET CONSTRAINTS ALL IMMEDIATE");
      return true;
    } catch (const base::Error& error) {
      if (is_row_error(error)) {
        const auto* server = dynamic_cast<const pg::ServerError*>(&error);
        refusal_ = {.reason = error.what(), .code = server == nullptr ? "" : server->sqlstate()};
        return false;
      }
      applier_.give_up();
      collector_.abandon();
      applier_.session().pause_after(error);
    }
  }
}

// As the source had it after each of its transactions, all constraints hold: the first one that
// does not pass holds a bad row. What comes before it is committed first, then it is searched.
std::uint64_t RefusalSearch::search(std::uint64_t from, std::uint64_t to) {
  const std::vector<std::uint64_t> ends = borders(from, to);
  const std::uint64_t bad = first_refused(
      0, ends.size(), [&](std::uint64_t count) { return passes(from, ends[count - 1]); });
  if (bad > 1) return ends[bad - 2];
  const std::uint64_t end = ends[bad - 1];
  if (!passes(from, end)) {
    refuse_lines(from, from, end);
    readmit(from, end);
  }
  return end;
}

// Lines [from, begin) pass and [from, to) do not, each time without what is refused so far.
void RefusalSearch::refuse_lines(std::uint64_t from, std::uint64_t begin, std::uint64_t to) {
  while (begin < to) {
    const std::uint64_t bad =
        first_refused(begin, to, [&](std::uint64_t end) { return passes(from, end); });
    passes(from, bad);
    lines_.for_each(bad - 1, bad, [this](const StoredLine& line) {
      collector_.refusals().emplace(line.number, refusal_);
    });
    begin = bad;
    if (passes(from, to)) return;
  }
}

// A row may have been refused only because what it refers to came behind it.
void RefusalSearch::readmit(std::uint64_t from, std::uint64_t to) {
  const Refusals candidates = collector_.refusals();
  for (const auto& [number, refusal] : candidates) {
    collector_.refusals().erase(number);
    if (!passes(from, to)) collector_.refusals()[number] = refusal;
  }
}

}  // namespace cdckit::pg_load
