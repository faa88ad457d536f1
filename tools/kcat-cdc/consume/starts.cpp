#include "tools/kcat-cdc/consume/starts.hpp"

namespace cdckit::kcat_cdc {

Starts::Start Starts::of(const kafka::Partition& partition,
                         const Committed& group,
                         std::optional<std::int64_t> left,
                         std::int64_t durable) const {
  const bool stored = from_.kind == From::Kind::stored;
  const std::int64_t committed = group.offset;
  if (left && !commits_) return {*left, false};
  if (commits_ && durable > committed) return {durable, true};
  const auto earlier = earlier_.find(partition);
  // what came back was others' meanwhile: the group knows more than a file of the past
  const bool newest = stored && !left && !group.placed;
  if (newest && earlier != earlier_.end() && earlier->second > committed)
    return {earlier->second, true, committed < 0 ? written_ms_ : 0};
  if ((stored || commits_) && committed >= 0) return {committed, false};
  const auto noted = noted_.find(partition);
  // a partition that came after the start was not there to have an end, or that offset
  return {noted == noted_.end() ? kafka::kOffsetBeginning : noted->second, false};
}

}  // namespace cdckit::kcat_cdc
