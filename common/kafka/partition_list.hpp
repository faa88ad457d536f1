// Between our maps of partitions and librdkafka's lists. For the .cpp files of this room only: it
// includes the library's header.
#pragma once

#include "common/base/unique_handle.hpp"
#include "common/kafka/consumer.hpp"

#include <set>

#include <librdkafka/rdkafka.h>

namespace cdckit::kafka {

using PartitionList =
    base::UniqueHandle<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;
using ErrorHandle = base::UniqueHandle<rd_kafka_error_t, rd_kafka_error_destroy>;

inline Partition to_partition(const rd_kafka_topic_partition_t& element) {
  return {element.topic, element.partition};
}

PartitionList to_list(const Offsets& offsets);
PartitionList to_list(const std::vector<Partition>& partitions);
// The same with a note that the group is put there on purpose: no member has read so far.
PartitionList to_place(const Offsets& offsets);
// Elements without an offset get `missing`.
Offsets from_list(const rd_kafka_topic_partition_list_t& list, std::int64_t missing);
std::int64_t to_library_offset(std::int64_t start);

// What a reader and a member of a group both ask of their handle.
// `placed`: of them those that to_place() made.
Offsets committed_offsets(rd_kafka_t* handle,
                          const std::vector<Partition>& partitions,
                          std::chrono::milliseconds wait,
                          std::set<Partition>* placed = nullptr);
// Waits; the library's code, 0: done.
int try_commit(rd_kafka_t* handle, const rd_kafka_topic_partition_list_t& offsets);
// By name; internal ones too.
std::vector<TopicInfo> list_topics(rd_kafka_t* handle, std::chrono::milliseconds wait);
// 0: the topic does not exist.
std::int32_t count_partitions(rd_kafka_t* handle,
                              const std::string& topic,
                              std::chrono::milliseconds wait);

}  // namespace cdckit::kafka
