#include "tools/walcat/snapshot/snapshot.hpp"

#include "common/base/clock.hpp"
#include "common/base/text.hpp"
#include "common/event/control.hpp"
#include "common/log/log.hpp"
#include "tools/walcat/plan/start_plan.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>
#include <utility>

namespace cdckit::walcat {
namespace {

constexpr std::size_t kQueueBytes = 2U << 20U;  // of all jobs together
constexpr std::size_t kLeastQueueBytes = 256U << 10U;
constexpr std::size_t kBatch = 128U << 10U;
constexpr std::chrono::milliseconds kTick{200};

}  // namespace

std::size_t SnapshotTable::parts() const noexcept {
  std::size_t count = 0;
  for (const auto& source : sources) count += source.ranges.size();
  return count;
}

// The threads, and which part is next. Ends them before anything that they use is gone.
class Snapshot::Jobs {
 public:
  Jobs(BatchQueues& queues, const std::vector<SnapshotTable>& tables) : queues_(queues) {
    for (std::size_t number = 0; number < tables.size(); ++number) {
      for (const auto& source : tables[number].sources) {
        for (const auto& range : source.ranges) {
          parts_.push_back({.number = number,
                            .table = tables[number].table,
                            .select = &source.select,
                            .range = range});
        }
      }
    }
  }
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;
  ~Jobs() {
    queues_.close();
    for (auto& thread : threads_) thread.join();
  }

  void start(pg::Connection& connection, const DataLine& line, std::uint64_t lsn) {
    const auto job = threads_.size();
    threads_.emplace_back([this, &connection, job, line, lsn] {
      try {
        PartReader reader(connection, queues_, job, line);
        reader.set_lsn(lsn);
        for (auto part = next_++; part < parts_.size(); part = next_++) {
          if (!reader.read(parts_[part])) return;
        }
      } catch (...) {
        queues_.fail(std::current_exception());
      }
    });
  }

 private:
  BatchQueues& queues_;
  std::vector<TablePart> parts_;
  std::atomic<std::size_t> next_ = 0;
  std::vector<std::thread> threads_;
};

Snapshot::Snapshot(SnapshotSettings settings, Changes& changes, Delivery& delivery)
    : settings_(std::move(settings)), changes_(changes), delivery_(delivery) {
  context_.pos_lsn = settings_.consistent_point - 1;
  context_.unix_us = base::unix_microseconds();
  context_.snapshot = kWordInside;
}

bool Snapshot::run(const std::vector<std::unique_ptr<pg::Connection>>& connections,
                   const std::vector<SnapshotTable>& tables) {
  const auto xid = connections.front()->query("SELECT pg_snapshot_xmax(pg_current_snapshot())");
  context_.xid = base::parse_unsigned(xid.at(0, 0)).value_or(0);
  DataLine line(settings_.identity);
  line.set_context(context_);
  delivery_.reached(0, std::string(kSnapshotPrefix) + base::hex16(settings_.consistent_point));
  BatchQueues queues(connections.size(),
                     std::max(kQueueBytes / connections.size(), kLeastQueueBytes));
  Jobs jobs(queues, tables);
  for (const auto& connection : connections)
    jobs.start(*connection, line, settings_.consistent_point);
  return write(queues, tables);
}

void number_leaves(std::vector<SnapshotTable>& tables) {
  std::map<std::pair<std::string, std::string>, std::vector<SnapshotTable*>> roots;
  for (auto& source : tables) {
    const event::Root& root = source.table->shape.root;
    if (!root.table.empty()) roots[{root.schema, root.table}].push_back(&source);
  }
  for (const auto& [root, leaves] : roots) {
    for (std::size_t number = 0; number < leaves.size(); ++number) {
      leaves[number]->leaf = number + 1;
      leaves[number]->leaves = leaves.size();
    }
  }
}

bool Snapshot::write(BatchQueues& queues, const std::vector<SnapshotTable>& tables) {
  for (std::size_t number = 0; number < tables.size(); ++number) {
    if (!write_table(queues, number, tables[number])) return false;
  }
  print_held(queues, true, true);
  return true;
}

bool Snapshot::write_table(BatchQueues& queues, std::size_t number, const SnapshotTable& source) {
  Table& table = *source.table;
  table_rows_ = 0;
  changes_.print_schema(table, behind_held());
  print_border(source, "begin", behind_held());
  auto parts = source.parts();
  Batch batch;
  while (parts > 0) {
    if (!queues.next(number, batch, kTick)) {
      if (!go_on(true)) return false;
      continue;
    }
    if (batch.part_ends) --parts;
    if (!take(queues, std::move(batch), table)) return false;
  }
  print_border(source, "end", behind_held());
  settings_.meter.table_done();
  log::info("read " + std::to_string(table_rows_) + " rows of \"" + table.shape.schema + "." +
            table.shape.table + '"');
  return true;
}

bool Snapshot::take(BatchQueues& queues, Batch batch, Table& table) {
  if (batch.starts.empty()) return true;
  if (held_) print_held(queues, held_table_ != &table, false);
  held_first_in_table_ = table_rows_ == 0;
  table_rows_ += batch.starts.size();
  settings_.meter.rows(batch.starts.size());
  held_ = std::move(batch);
  held_table_ = &table;
  return go_on(false);
}

void Snapshot::print_held(BatchQueues& queues, bool last_in_table, bool last_of_all) {
  if (held_) {
    const bool for_eyes = settings_.identity.pretty;  // says neither word nor number
    const RowPlace place{.first_of_all = ordinal_ == 0,
                         .first_in_table = held_first_in_table_,
                         .last_in_table = last_in_table,
                         .last_of_all = last_of_all};
    if (!for_eyes) place_lines(*held_, place);
    const std::size_t rows = held_->starts.size();
    keep_lines(*held_, settings_.limit - changes_.lines());
    // the picture is cut off: nothing behind its rows may say that it is whole
    if (held_->starts.size() < rows) held_after_.clear();
    if (!for_eyes) number_lines(*held_, ordinal_);
    changes_.add_lines(*held_table_, 'r', held_->starts.size());
    if (delivery_.lines().empty()) {
      std::swap(delivery_.lines(), held_->lines);
    } else {
      delivery_.lines() += held_->lines;
    }
    queues.give_back(std::move(*held_));
    held_.reset();
  }
  delivery_.lines() += held_after_;
  held_after_.clear();
}

void Snapshot::print_border(const SnapshotTable& source, std::string_view phase, std::string& out) {
  if (!delivery_.control()) return;
  event::append_snapshot(out,
                         {.phase = phase,
                          .schema = source.table->shape.schema,
                          .table = source.table->shape.table,
                          .scope = {},
                          .pos = base::hex16(settings_.consistent_point - 1),
                          .rows = table_rows_,
                          .part = source.leaf,
                          .parts = source.leaves});
  out += '\n';
}

// Looks at the clock and the pipe only when a batch is full, and while there is nothing to do.
bool Snapshot::go_on(bool idle) {
  if (changes_.lines() >= settings_.limit) return false;
  if (!idle && delivery_.lines().size() < kBatch) return true;
  delivery_.set_rows(changes_.lines());
  delivery_.checkpoint();
  delivery_.submit(true);
  settings_.tick();
  return delivery_.wait_for_room(settings_.tick) && !delivery_.stopping();
}

}  // namespace cdckit::walcat
