#include "common/kafka/partition_list.hpp"

#include "common/kafka/failure.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace cdckit::kafka {

namespace {

constexpr std::string_view kPlaced = "cdckit: placed";

bool is_placed(const rd_kafka_topic_partition_t& element) {
  return std::string_view(static_cast<const char*>(element.metadata), element.metadata_size) ==
         kPlaced;
}

}  // namespace

PartitionList to_list(const Offsets& offsets) {
  PartitionList out(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const auto& [partition, offset] : offsets) {
    rd_kafka_topic_partition_list_add(out.get(), partition.topic.c_str(), partition.number)
        ->offset = offset;
  }
  return out;
}

PartitionList to_place(const Offsets& offsets) {
  PartitionList out = to_list(offsets);
  for (int i = 0; i < out->cnt; ++i) {
    // the list frees it
    out->elems[i].metadata = std::malloc(kPlaced.size());  // NOLINT(*-no-malloc)
    if (out->elems[i].metadata == nullptr) continue;
    std::memcpy(out->elems[i].metadata, kPlaced.data(), kPlaced.size());
    out->elems[i].metadata_size = kPlaced.size();
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
  return start;
}

Offsets committed_offsets(rd_kafka_t* handle,
                          const std::vector<Partition>& partitions,
                          std::chrono::milliseconds wait,
                          std::set<Partition>* placed) {
  if (partitions.empty()) return {};
  Offsets wanted;
  for (const Partition& partition : partitions) wanted[partition] = 0;
  const PartitionList list = to_list(wanted);
  const auto code = rd_kafka_committed(handle, list.get(), static_cast<int>(wait.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw failure(code, "read the group's offsets");
  // no offset is an answer, an error is none
  for (int i = 0; i < list->cnt; ++i) {
    const auto error = list->elems[i].err;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR && error != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
      throw failure(error, "read the group's offsets");
    if (placed != nullptr && is_placed(list->elems[i]))
      placed->insert(to_partition(list->elems[i]));
  }
  return from_list(*list, kNoOffset);
}

int try_commit(rd_kafka_t* handle, const rd_kafka_topic_partition_list_t& offsets) {
  if (offsets.cnt == 0) return RD_KAFKA_RESP_ERR_NO_ERROR;
  return rd_kafka_commit(handle, &offsets, 0);
}

std::vector<TopicInfo> list_topics(rd_kafka_t* handle, std::chrono::milliseconds wait) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code =
      rd_kafka_metadata(handle, 1, nullptr, &metadata, static_cast<int>(wait.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw failure(code, "list topics");
  std::vector<TopicInfo> out;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const auto& topic = metadata->topics[i];
    const int replicas = topic.partition_cnt > 0 ? topic.partitions[0].replica_cnt : 0;
    out.push_back({topic.topic, topic.partition_cnt, static_cast<std::size_t>(replicas)});
  }
  rd_kafka_metadata_destroy(metadata);
  std::sort(out.begin(), out.end(), [](const auto& left, const auto& right) {
    return left.name < right.name;
  });
  return out;
}

std::int32_t count_partitions(rd_kafka_t* handle,
                              const std::string& topic,
                              std::chrono::milliseconds wait) {
  const std::unique_ptr<rd_kafka_topic_t, base::Releaser<rd_kafka_topic_destroy>> local(
      rd_kafka_topic_new(handle, topic.c_str(), nullptr));
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code =
      rd_kafka_metadata(handle, 0, local.get(), &metadata, static_cast<int>(wait.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw failure(code, "look up topic \"" + topic + "\"");
  const bool known =
      metadata->topic_cnt == 1 && metadata->topics[0].err == RD_KAFKA_RESP_ERR_NO_ERROR;
  const std::int32_t count = known ? metadata->topics[0].partition_cnt : 0;
  rd_kafka_metadata_destroy(metadata);
  return count;
}

}  // namespace cdckit::kafka
