#include "tools/kcat-cdc/commits.hpp"

#include "common/base/error.hpp"
#include "tools/kcat-cdc/offset_text.hpp"

#include <algorithm>

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;

Commits::Commits(std::vector<std::string> ack_files, std::string run)
    : files_(std::move(ack_files)), run_(std::move(run)) {}

kafka::Offsets Commits::read_earlier(const std::string& source_json) {
  std::optional<kafka::Offsets> out;
  for (const std::optional<ack::Record>& record : files_.read_all()) {
    if (!record) return {};  // one file without an ack: nothing is durable everywhere
    if (record->source != source_json) {
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

bool Commits::poll() {
  if (!files_.enabled()) return false;
  const auto record = files_.poll(run_, last_seq_);
  if (!record || record->seq <= acknowledged_seq_) return false;
  acknowledged_seq_ = record->seq;
  const kafka::Offsets moved = log_.acknowledged(record->seq);
  for (const auto& [partition, offset] : moved) acknowledged_[partition] = offset;
  return !moved.empty();
}

void Commits::forget(const std::vector<kafka::Partition>& partitions) {
  log_.forget(partitions);
  for (const kafka::Partition& partition : partitions) acknowledged_.erase(partition);
}

}  // namespace cdckit::kcat_cdc
