#include "tools/kcat-cdc/consume/topic_proof.hpp"

#include "common/log/log.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::kcat_cdc {

namespace {

constexpr std::chrono::milliseconds kAnswer{10'000};
constexpr std::int64_t kMostPassed = 64;
constexpr std::int64_t kLookBack = 8;  // offsets; the last of them may be marks of transactions

constexpr std::uint64_t kOdd = 0xff51afd7ed558ccdU;

// Marks are kept in files (MarkBook): the same bytes have the same hash in every build.
std::uint64_t hash_of(std::string_view bytes) noexcept {
  constexpr unsigned kHalf = 32;
  std::uint64_t out = bytes.size() + 1;
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t size = std::min(bytes.size(), sizeof word);
    std::memcpy(&word, bytes.data(), size);
    bytes.remove_prefix(size);
    out = (out ^ word) * kOdd;
    out ^= out >> kHalf;
  }
  return out;
}

std::uint64_t hash_of(const kafka::Record& record) noexcept {
  const std::uint64_t key = record.key ? hash_of(*record.key) : 0;
  const std::uint64_t value = record.value ? hash_of(*record.value) : 0;
  return key * kOdd + value;
}

}  // namespace

void TopicProof::mark(PartitionProgress& at, const kafka::Record& record) noexcept {
  at.mark = {record.offset, record.timestamp_ms, hash_of(record)};
}

std::int64_t TopicProof::begin(PartitionProgress& at, std::int64_t start) noexcept {
  at.doubted = false;
  if (start >= 0 && at.mark.offset >= 0) {
    at.proof = Proof::proving;
    return at.mark.offset;
  }
  at.mark = {};
  if (start <= 0) {
    settle(at);  // there is nothing before it
    return start;
  }
  at.proof = Proof::learning;
  return std::max<std::int64_t>(start - kLookBack, 0);
}

void TopicProof::look_again(Progress& progress,
                            const PartitionProgress* here,
                            std::int64_t offset) {
  const kafka::Doubts::Taken doubts = consumer_.take_doubts();
  std::vector<kafka::Partition> leave;
  std::vector<kafka::Assignment> again;
  progress.for_each([&](PartitionProgress& at) {
    if (!at.reading || (&at != here && !doubts.hits(at.partition))) return;
    // one that is read again already is settled first: brokers in trouble repeat themselves
    if (&at != here && at.proof != Proof::none) {
      at.doubted = true;
      return;
    }
    if (&at != here && at.mark.offset < 0) return;
    const std::int64_t from = at.next >= 0 ? begin(at, at.next) : offset;
    leave.push_back(at.partition);
    again.push_back({at.partition, from});
  });
  consumer_.unassign(leave);
  consumer_.assign(again);
}

Verdict TopicProof::record(PartitionProgress& at, const kafka::Record& record) {
  if (at.proof == Proof::learning) return learn(at, record);
  if (at.doubted) {
    prove(at);
    return Verdict::pending;
  }
  if (record.offset > at.mark.offset) return give_up(at);
  const bool same = record.offset == at.mark.offset &&
                    record.timestamp_ms == at.mark.timestamp_ms && hash_of(record) == at.mark.hash;
  if (!same) return Verdict::remade;
  at.older_than_ms = 0;
  // the few between the mark and what comes next are passed over
  const std::int64_t gap = at.next - record.offset - 1;
  at.proof = gap > 0 && gap <= kMostPassed ? Proof::learning : Proof::none;
  if (gap < 0 || gap > kMostPassed) read_from(at, at.next);
  return Verdict::pending;
}

Verdict TopicProof::learn(PartitionProgress& at, const kafka::Record& record) {
  if (record.offset < at.next) {
    if (at.older_than_ms > 0 && record.timestamp_ms > at.older_than_ms) return Verdict::remade;
    mark(at, record);
  }
  if (record.offset + 1 >= at.next) settle(at);
  return record.offset < at.next ? Verdict::pending : Verdict::same;
}

Verdict TopicProof::end(PartitionProgress& at, std::int64_t offset) {
  if (at.proof == Proof::learning) {
    settle(at);
    if (offset >= at.next) return Verdict::same;
    read_from(at, at.next);  // it is beyond the end: the broker will say so
    return Verdict::pending;
  }
  if (at.doubted) {
    prove(at);
    return Verdict::pending;
  }
  if (offset > at.mark.offset) return give_up(at);
  // a new leader may know less of the end for a moment when it is asked for records, but never
  // says so when it is asked for the end
  return consumer_.offsets(at.partition, kAnswer).end > at.mark.offset ? Verdict::pending
                                                                       : Verdict::remade;
}

Verdict TopicProof::out_of_range(PartitionProgress& at) {
  if (at.proof == Proof::learning) {
    settle(at);
    read_from(at, at.next);
    return Verdict::pending;
  }
  const kafka::OffsetRange range = consumer_.offsets(at.partition, kAnswer);
  if (range.end <= at.mark.offset) return Verdict::remade;
  if (range.begin > at.mark.offset) return give_up(at);
  prove(at);
  return Verdict::pending;
}

// The record is gone, which compaction and retention do as well.
Verdict TopicProof::give_up(PartitionProgress& at) {
  if (at.older_than_ms > 0) {
    // there is another way to tell
    at.mark = {};
    prove(at);
    return Verdict::pending;
  }
  log::warning("topic \"" + at.partition.topic + "\" partition " +
               std::to_string(at.partition.number) + ": the record at offset " +
               std::to_string(at.mark.offset) +
               " that was read is not there any more, so that it cannot be told whether the topic "
               "was made again; going on at offset " +
               std::to_string(at.next));
  at.mark = {};
  settle(at);
  read_from(at, at.next);
  return Verdict::pending;
}

void TopicProof::read_from(PartitionProgress& at, std::int64_t offset) {
  consumer_.unassign({at.partition});
  consumer_.assign({{at.partition, offset}});
}

}  // namespace cdckit::kcat_cdc
