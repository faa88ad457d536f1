#include "tools/snow-put/ingest/table_flow.hpp"

#include "common/log/log.hpp"
#include "common/snow/identifiers.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace cdckit::snow_put {
namespace {

using std::chrono::steady_clock;

// Of all tables together: memory must not depend on how long one of them takes.
constexpr std::size_t kMostParked = 8U << 20U;
constexpr std::chrono::seconds kWorthSaying{30};

}  // namespace

TableFlow::TableFlow(TargetCatalog& catalog, Channels& channels, SqlOwner& sql, Take take)
    : catalog_(catalog), channels_(channels), sql_(sql), take_(std::move(take)) {}

bool TableFlow::has_room(std::size_t bytes) const noexcept {
  return parked_bytes_ == 0 || parked_bytes_ + bytes <= kMostParked;
}

TableFlow::Flow& TableFlow::flow_of(Target& target) {
  Flow& flow = flows_[&target];
  if (!std::exchange(target.busy, true)) {
    flow.since = steady_clock::now();
    flow.said = false;
  }
  return flow;
}

void TableFlow::park(Target& target,
                     std::uint64_t line,
                     std::uint64_t sequence,
                     std::string_view text) {
  Flow& flow = flow_of(target);
  const bool first = flow.lines.empty();
  flow.lines.add(line, sequence, text);
  parked_bytes_ += text.size();
  if (first) advance(target);
}

void TableFlow::learn(const event::TableSchema& schema) {
  Target* target = catalog_.learn(schema);
  if (target == nullptr) return;
  if (!target->known && !target->busy) {
    target->shape = schema;
    flow_of(*target);
  } else {
    flow_of(*target).lines.add(schema);
  }
  advance(*target);
}

void TableFlow::advance() {
  for (auto& [target, flow] : flows_) {
    if (target->busy) advance(*target);
  }
}

// What it calls may wait for room and settle news meanwhile: that must not take lines too.
void TableFlow::advance(Target& target) {
  if (std::exchange(advancing_, true)) return;
  try {
    Flow& flow = flow_of(target);
    while (step(target, flow)) {
    }
    say_who_waits(target, flow);
  } catch (...) {
    advancing_ = false;
    throw;
  }
  advancing_ = false;
}

// True when there may be another one.
bool TableFlow::step(Target& target, Flow& flow) {
  switch (flow.step) {
    case Step::unknown:
      if (at_work_.contains(target.table)) return false;
      ask(target,
          flow,
          [&keeper = catalog_.keeper(), table = target.identity(), shape = target.shape](
              snow::SqlApi& api) {
            return table.of_rows ? keeper.prepare_rows(api, table)
                                 : keeper.prepare(api, table, shape);
          });
      return false;
    case Step::asked:
      return false;
    case Step::draining:
      if (!channels_.is_empty(target) || at_work_.contains(target.table)) return false;
      ask(target,
          flow,
          [work = std::exchange(flow.change, {}),
           table = target.identity(),
           state = target.state()](snow::SqlApi& api) { return work(api, table, state); });
      return false;
    case Step::reopening:
      if (!channels_.is_open(target)) return false;
      flow.step = Step::settled;
      return true;
    case Step::settled:
      return release(target, flow);
  }
  return false;
}

void TableFlow::ask(Target& target, Flow& flow, std::function<TableState(snow::SqlApi&)> work) {
  flow.step = Step::asked;
  at_work_.insert(target.table);
  sql_.submit([this, &target, work = std::move(work)](snow::SqlApi& api) -> SqlOwner::Done {
    return [this, &target, state = work(api)] { answered(target, state); };
  });
}

void TableFlow::answered(Target& target, TableState state) {
  at_work_.erase(target.table);
  const bool had_channels = target.known;
  const bool changed =
      !same_shape(state.description, target.description) || state.failure.has_value();
  const bool was_stopped = target.failure.has_value() || !target.has_table();
  catalog_.install(target, std::move(state));
  if (was_stopped) channels_.open_again(target);
  Flow& flow = flows_[&target];
  flow.step = Step::settled;
  if (!had_channels || !changed) return;
  channels_.reopen(target);
  flow.step = Step::reopening;
}

// Rows of the shape before are sent and committed before the table changes: channels keep the
// shape that the table had when they were opened.
void TableFlow::follow(Target& target, Flow& flow, const event::TableSchema& schema) {
  if (target.failure || !target.has_table()) {
    target.shape = schema;
    flow.step = Step::unknown;  // perhaps it can be made now
    return;
  }
  if (catalog_.settles(target, schema)) return;
  change(target,
         [&keeper = catalog_.keeper(), schema](
             snow::SqlApi& api, const TableIdentity& table, TableState state) {
           return keeper.follow(api, table, std::move(state), schema);
         });
}

void TableFlow::change(Target& target,
                       std::function<TableState(snow::SqlApi&, TableIdentity, TableState)> work) {
  Flow& flow = flow_of(target);
  flow.change = std::move(work);
  flow.step = Step::draining;
  channels_.flush(target);
}

bool TableFlow::grow(Target& target, const GuessedColumns& guessed) {
  if (!catalog_.keeper().lacks_columns(target, guessed)) return false;
  change(target,
         [&keeper = catalog_.keeper(), guessed](
             snow::SqlApi& api, const TableIdentity& table, TableState state) {
           return keeper.grow(api, table, std::move(state), guessed);
         });
  return true;
}

// They go before what is parked already.
void TableFlow::create_for_rows(Target& target,
                                const GuessedColumns& guessed,
                                std::vector<ParkedLine> rows) {
  Flow& flow = flow_of(target);
  for (ParkedLine& row : std::views::reverse(rows)) {
    parked_bytes_ += row.text.size();
    flow.lines.put_back(std::move(row));
  }
  ask(target,
      flow,
      [&keeper = catalog_.keeper(), table = target.identity(), guessed](snow::SqlApi& api) {
        return keeper.create_for_rows(api, table, guessed);
      });
}

// The next line that waits, in order.
bool TableFlow::release(Target& target, Flow& flow) {
  if (flow.lines.empty()) {
    target.busy = false;
    return false;
  }
  ParkedLine line = flow.lines.take();
  if (line.schema) {
    follow(target, flow, *line.schema);
    return true;
  }
  parked_bytes_ -= line.text.size();
  taking_ = line.sequence;
  const bool taken = take_(line);
  taking_ = kNothing;
  if (taken) return true;
  parked_bytes_ += line.text.size();
  flow.lines.put_back(std::move(line));
  return flow.step != Step::settled;
}

void TableFlow::say_who_waits(const Target& target, Flow& flow) const {
  if (!target.busy || flow.said || steady_clock::now() - flow.since < kWorthSaying) return;
  flow.said = true;
  log::warning("rows of table " + snow::sql_name(target.table) +
               " wait for the service to describe, make or change it; others go on");
}

bool TableFlow::idle() const noexcept {
  return std::none_of(
      flows_.begin(), flows_.end(), [](const auto& entry) { return entry.first->busy; });
}

std::uint64_t TableFlow::oldest() const noexcept {
  std::uint64_t oldest = taking_;
  for (const auto& [target, flow] : flows_) oldest = std::min(oldest, flow.lines.oldest());
  return oldest;
}

}  // namespace cdckit::snow_put
