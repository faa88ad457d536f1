#include "common/kafka/admin.hpp"

#include "common/base/unique_handle.hpp"
#include "common/kafka/failure.hpp"
#include "common/kafka/topic_settings.hpp"

#include <algorithm>
#include <array>

#include <librdkafka/rdkafka.h>

namespace cdckit::kafka {

using base::Error;
using base::UniqueHandle;
using std::chrono::milliseconds;

namespace {

using NewTopicHandle = UniqueHandle<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
using AdminOptions = UniqueHandle<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using ConfigResource = UniqueHandle<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;
using Queue = UniqueHandle<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using Event = UniqueHandle<rd_kafka_event_t, rd_kafka_event_destroy>;
using PartitionList =
    UniqueHandle<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;
using Metadata =
    std::unique_ptr<const rd_kafka_metadata_t, base::Releaser<rd_kafka_metadata_destroy>>;

constexpr std::size_t kReasonSize = 512;

int as_timeout(milliseconds wait) {
  return static_cast<int>(wait.count());
}

NewTopicHandle describe(const NewTopic& topic) {
  std::array<char, kReasonSize> reason{};
  NewTopicHandle out(rd_kafka_NewTopic_new(
      topic.name.c_str(), topic.partitions, topic.replication, reason.data(), reason.size()));
  if (!out) {
    throw Error(base::ErrorKind::config,
                "could not create topic \"" + topic.name + "\": " + reason.data());
  }
  for (const auto& [name, value] : topic.config)
    rd_kafka_NewTopic_set_config(out.get(), name.c_str(), value.c_str());
  return out;
}

// The one topic of a CreateTopics answer.
bool read_result(rd_kafka_event_t* event, const std::string& what) {
  if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw failure(rd_kafka_event_error(event), what, rd_kafka_event_error_string(event));
  }
  std::size_t count = 0;
  const auto** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto code = rd_kafka_topic_result_error(results[i]);
    if (code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return false;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      const char* reason = rd_kafka_topic_result_error_string(results[i]);
      throw failure(code, what, reason == nullptr ? "" : reason);
    }
  }
  return true;
}

}  // namespace

Admin::Admin(const Settings& settings)
    : settings_(settings),
      state_(std::make_unique<ClientState>()),
      handle_(make_handle(Role::producer, make_config(settings, *state_))) {}

bool Admin::create(const NewTopic& topic, milliseconds wait, bool only_ask) {
  const std::string what = "create topic \"" + topic.name + "\"";
  const NewTopicHandle wanted = describe(topic);
  const AdminOptions options(
      rd_kafka_AdminOptions_new(handle_.get(), RD_KAFKA_ADMIN_OP_CREATETOPICS));
  std::array<char, kReasonSize> reason{};
  rd_kafka_AdminOptions_set_operation_timeout(
      options.get(), as_timeout(wait), reason.data(), reason.size());
  rd_kafka_AdminOptions_set_request_timeout(
      options.get(), as_timeout(wait), reason.data(), reason.size());
  rd_kafka_AdminOptions_set_validate_only(
      options.get(), only_ask ? 1 : 0, reason.data(), reason.size());
  const Queue queue(rd_kafka_queue_new(handle_.get()));
  rd_kafka_NewTopic_t* topics = wanted.get();
  rd_kafka_CreateTopics(handle_.get(), &topics, 1, options.get(), queue.get());
  const Event event(rd_kafka_queue_poll(queue.get(), as_timeout(wait) + 1000));
  rd_kafka_poll(handle_.get(), 0);
  state_->check();
  if (!event) throw failure(RD_KAFKA_RESP_ERR__TIMED_OUT, what);
  return read_result(event.get(), what);
}

void Admin::set_topic_config(const std::string& topic,
                             const std::map<std::string, std::string>& config,
                             milliseconds wait) {
  const std::string what = "change the settings of topic \"" + topic + "\"";
  const ConfigResource resource(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  for (const auto& [name, value] : config)
    rd_kafka_ConfigResource_set_config(resource.get(), name.c_str(), value.c_str());
  const AdminOptions options(
      rd_kafka_AdminOptions_new(handle_.get(), RD_KAFKA_ADMIN_OP_ALTERCONFIGS));
  std::array<char, kReasonSize> reason{};
  rd_kafka_AdminOptions_set_request_timeout(
      options.get(), as_timeout(wait), reason.data(), reason.size());
  const Queue queue(rd_kafka_queue_new(handle_.get()));
  rd_kafka_ConfigResource_t* asked = resource.get();
  rd_kafka_AlterConfigs(handle_.get(), &asked, 1, options.get(), queue.get());
  const Event event(rd_kafka_queue_poll(queue.get(), as_timeout(wait) + 1000));
  if (!event) throw failure(RD_KAFKA_RESP_ERR__TIMED_OUT, what);
  if (const auto code = rd_kafka_event_error(event.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR)
    throw failure(code, what);
  std::size_t count = 0;
  const auto** found = rd_kafka_AlterConfigs_result_resources(
      rd_kafka_event_AlterConfigs_result(event.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto code = rd_kafka_ConfigResource_error(found[i]);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw failure(code, what);
  }
}

std::int32_t Admin::partitions(const std::string& topic, milliseconds wait) {
  const UniqueHandle<rd_kafka_topic_t, rd_kafka_topic_destroy> local(
      rd_kafka_topic_new(handle_.get(), topic.c_str(), nullptr));
  const std::string what = "look up topic \"" + topic + "\"";
  if (!local) throw failure(rd_kafka_last_error(), what);
  const rd_kafka_metadata_t* raw = nullptr;
  const auto code = rd_kafka_metadata(handle_.get(), 0, local.get(), &raw, as_timeout(wait));
  rd_kafka_poll(handle_.get(), 0);
  state_->check();
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw failure(code, what);
  const Metadata metadata(raw);
  if (metadata->topic_cnt != 1) return 0;
  const auto& found = metadata->topics[0];
  if (found.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) throw failure(found.err, what);
  return found.err == RD_KAFKA_RESP_ERR_NO_ERROR ? found.partition_cnt : 0;
}

std::map<std::string, std::string> Admin::topic_settings(const std::string& topic,
                                                         milliseconds wait) {
  return read_topic_settings(handle_.get(), topic, wait);
}

std::vector<TopicInfo> Admin::topics(milliseconds wait) {
  const rd_kafka_metadata_t* raw = nullptr;
  const auto code = rd_kafka_metadata(handle_.get(), 1, nullptr, &raw, as_timeout(wait));
  rd_kafka_poll(handle_.get(), 0);
  state_->check();
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw failure(code, "list topics");
  const Metadata metadata(raw);
  std::vector<TopicInfo> out;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const auto& topic = metadata->topics[i];
    const int replicas = topic.partition_cnt > 0 ? topic.partitions[0].replica_cnt : 0;
    out.push_back({topic.topic, topic.partition_cnt, static_cast<std::size_t>(replicas)});
  }
  std::sort(out.begin(), out.end(), [](const auto& left, const auto& right) {
    return left.name < right.name;
  });
  return out;
}

std::vector<GroupInfo> Admin::groups(milliseconds wait) {
  const rd_kafka_group_list* raw = nullptr;
  const auto code = rd_kafka_list_groups(handle_.get(), nullptr, &raw, as_timeout(wait));
  rd_kafka_poll(handle_.get(), 0);
  state_->check();
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw failure(code, "list groups");
  const std::unique_ptr<const rd_kafka_group_list, base::Releaser<rd_kafka_group_list_destroy>>
      list(raw);
  std::vector<GroupInfo> out;
  for (int i = 0; i < list->group_cnt; ++i) {
    const auto& group = list->groups[i];
    out.push_back({group.group, group.state, static_cast<std::size_t>(group.member_cnt)});
  }
  std::sort(out.begin(), out.end(), [](const auto& left, const auto& right) {
    return left.name < right.name;
  });
  return out;
}

std::string Admin::cluster_id(milliseconds wait) {
  char* text = rd_kafka_clusterid(handle_.get(), as_timeout(wait));
  rd_kafka_poll(handle_.get(), 0);
  state_->check();
  if (text == nullptr) throw failure(RD_KAFKA_RESP_ERR__TIMED_OUT, "reach the Kafka cluster");
  std::string out = text;
  rd_kafka_mem_free(handle_.get(), text);
  return out;
}

OffsetRange Admin::offsets(const Partition& partition, milliseconds wait) {
  OffsetRange out;
  const auto code = rd_kafka_query_watermark_offsets(handle_.get(),
                                                     partition.topic.c_str(),
                                                     partition.number,
                                                     &out.begin,
                                                     &out.end,
                                                     as_timeout(wait));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw failure(code, "read the offsets of topic \"" + partition.topic + "\"");
  }
  return out;
}

std::map<Partition, std::int64_t> Admin::committed(const std::string& group,
                                                   const std::vector<Partition>& partitions,
                                                   milliseconds wait) {
  Settings settings = settings_;
  settings.push_back({"group.id", group});
  ClientState state;
  // a consumer that never subscribes asks for offsets without joining its group
  const Handle consumer = make_handle(Role::consumer, make_config(settings, state));
  const PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const Partition& partition : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.number);
  }
  const auto code = rd_kafka_committed(consumer.get(), list.get(), as_timeout(wait));
  // who may not know the group's coordinator hears of it beside the answer, which never comes
  const UniqueHandle<rd_kafka_message_t, rd_kafka_message_destroy> news(
      rd_kafka_consumer_poll(consumer.get(), 0));
  if (news && news->err != RD_KAFKA_RESP_ERR_NO_ERROR)
    state.note_error(consumer.get(), news->err, rd_kafka_message_errstr(news.get()));
  state.check();
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    throw failure(code, "read the offsets of group \"" + group + "\"");
  std::map<Partition, std::int64_t> out;
  for (int i = 0; i < list->cnt; ++i) {
    const auto& element = list->elems[i];
    if (element.offset >= 0) out[{element.topic, element.partition}] = element.offset;
  }
  return out;
}

}  // namespace cdckit::kafka
