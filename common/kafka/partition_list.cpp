#include "common/kafka/partition_list.hpp"

namespace cdckit::kafka {

PartitionList to_list(const Offsets& offsets) {
  PartitionList out(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const auto& [partition, offset] : offsets) {
    rd_kafka_topic_partition_list_add(out.get(), partition.topic.c_str(), partition.number)
        ->offset = offset;
  }
  return out;
}

PartitionList to_list(const std::vector<Partition>& partitions) {
  PartitionList out(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const Partition& partition : partitions) {
    rd_kafka_topic_partition_list_add(out.get(), partition.topic.c_str(), partition.number);
  }
  return out;
}

Offsets from_list(const rd_kafka_topic_partition_list_t& list, std::int64_t missing) {
  Offsets out;
  for (int i = 0; i < list.cnt; ++i) {
    const auto& element = list.elems[i];
    out[to_partition(element)] = element.offset >= 0 ? element.offset : missing;
  }
  return out;
}

std::int64_t to_library_offset(std::int64_t start) {
  if (start == kOffsetBeginning) return RD_KAFKA_OFFSET_BEGINNING;
  if (start == kOffsetEnd) return RD_KAFKA_OFFSET_END;
  if (start == kOffsetStored) return RD_KAFKA_OFFSET_STORED;
  return start;
}

}  // namespace cdckit::kafka
