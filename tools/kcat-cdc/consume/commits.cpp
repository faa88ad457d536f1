#include "tools/kcat-cdc/consume/commits.hpp"

#include "common/base/error.hpp"
#include "tools/kcat-cdc/consume/offset_text.hpp"

#include <algorithm>
#include <utility>

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;

kafka::Offsets read_earlier(const std::vector<std::optional<ack::Record>>& records,
                            const std::string& source_json) {
  std::optional<kafka::Offsets> out;
  for (const std::optional<ack::Record>& record : records) {
    if (!record) return {};  // one file without an ack: nothing is durable everywhere
    if (!ack::same_source(record->source, source_json)) {
      throw Error(ErrorKind::unavailable,
                  "could not use the ack file: it belongs to the source " + record->source +
                      ", this is " + source_json,
                  "Give every pipeline an ack file of its own, or remove the old one.");
    }
    const auto offsets = parse_offsets(record->pos);
    if (!offsets)
      throw Error(ErrorKind::unavailable,
                  "could not use the ack file: its position is no list of offsets");
    if (!out) {
      out = *offsets;
      continue;
    }
    // the least of all files; a partition that one of them lacks has no position
    std::erase_if(*out, [&](const auto& entry) { return !offsets->contains(entry.first); });
    for (auto& [partition, offset] : *out) offset = std::min(offset, offsets->at(partition));
  }
  return out.value_or(kafka::Offsets{});
}

std::uint64_t Commits::reached(std::string text, kafka::Offsets moved, std::uint64_t rows) {
  const std::uint64_t number = sent_.last() + 1;
  sent_.add(number, std::move(moved));
  end_.set_rows(rows);
  end_.reached({number, std::move(text)});
  return number;
}

bool Commits::poll() {
  number_ = end_.acknowledged();
  bool any = false;
  sent_.take(number_, [&](const kafka::Offsets& moved) {
    for (const auto& [partition, offset] : moved)
      acknowledged_[partition] = durable_[partition] = offset;
    any = any || !moved.empty();
  });
  uncommitted_ = uncommitted_ || any;
  return any;
}

void Commits::forget(const std::vector<kafka::Partition>& partitions) {
  sent_.for_each([&](kafka::Offsets& moved) {
    for (const kafka::Partition& partition : partitions) moved.erase(partition);
  });
  for (const kafka::Partition& partition : partitions) acknowledged_.erase(partition);
}

std::int64_t Commits::durable(const kafka::Partition& partition) const {
  const auto at = durable_.find(partition);
  return at == durable_.end() ? kafka::kNoOffset : at->second;
}

}  // namespace cdckit::kcat_cdc
