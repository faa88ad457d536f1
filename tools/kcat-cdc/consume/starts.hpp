// Where a partition begins: where the group is, what an ack file knows beyond that, what --from
// says. --from is applied once, to a group without members; after that the group's offsets count.
// Pure.
#pragma once

#include "common/kafka/consumer.hpp"
#include "tools/kcat-cdc/consume/consume_options.hpp"

#include <cstdint>
#include <optional>
#include <utility>

namespace cdckit::kcat_cdc {

class Starts {
 public:
  // `commits`: the group's offsets follow what is acknowledged.
  Starts(From from, bool commits) : from_(from), commits_(commits) {}

  // The group has members: --from has been applied by them, if at all.
  void join_living() noexcept { from_ = From{}; }
  // --from as offsets, for partitions that were there when the run began, or that came later.
  void note(const kafka::Offsets& starts) { noted_.insert(starts.begin(), starts.end()); }
  // What an earlier run's ack file says. It says nothing against a --from.
  // `written_ms`: when, since 1970.
  void set_earlier(kafka::Offsets earlier, std::int64_t written_ms) {
    earlier_ = std::move(earlier);
    written_ms_ = written_ms;
  }

  [[nodiscard]] const From& from() const noexcept { return from_; }
  [[nodiscard]] bool commits() const noexcept { return commits_; }
  // A partition that came later and whose begin depends on a time.
  [[nodiscard]] bool needs_lookup(const kafka::Partition& partition) const {
    return from_.kind == From::Kind::time && !noted_.contains(partition);
  }

  struct Start {
    std::int64_t offset = kafka::kOffsetBeginning;
    bool from_ack = false;  // an ack that was not committed: it is to be, and may be ahead
    // Above 0: nothing but that ack knows of the partition, and it is of then. A crash before the
    // first commit leaves that behind, and a topic that was deleted: its records are newer.
    std::int64_t older_than_ms = 0;
  };
  // What the group has: kNoOffset for nothing; `placed`: somebody put it there by hand, and means
  // it, whatever an ack file of the past says.
  struct Committed {
    std::int64_t offset = kafka::kNoOffset;
    bool placed = false;
  };
  // `left`: where this run stopped reading it before. `durable`: what was acknowledged to this run
  // before that, kNoOffset for nothing: a rebalance may have kept it from being committed.
  [[nodiscard]] Start of(const kafka::Partition& partition,
                         const Committed& group,
                         std::optional<std::int64_t> left,
                         std::int64_t durable = kafka::kNoOffset) const;

 private:
  From from_;
  bool commits_;
  kafka::Offsets noted_;
  kafka::Offsets earlier_;
  std::int64_t written_ms_ = 0;
};

}  // namespace cdckit::kcat_cdc
