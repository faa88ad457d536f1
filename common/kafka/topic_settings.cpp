// tested by tests/integration/kcat-cdc/test_produce.py::test_rows_far_below_a_small_limit
#include "common/kafka/topic_settings.hpp"

#include "common/base/unique_handle.hpp"
#include "common/kafka/failure.hpp"

#include <array>

#include <librdkafka/rdkafka.h>

namespace cdckit::kafka {

namespace {

using Resource = base::UniqueHandle<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;
using Options = base::UniqueHandle<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using Queue = base::UniqueHandle<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using Event = base::UniqueHandle<rd_kafka_event_t, rd_kafka_event_destroy>;

}  // namespace

std::map<std::string, std::string> read_topic_settings(rd_kafka_t* handle,
                                                       const std::string& topic,
                                                       std::chrono::milliseconds wait) {
  const int timeout = static_cast<int>(wait.count());
  const std::string what = "read the settings of topic \"" + topic + "\"";
  const Resource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  const Options options(rd_kafka_AdminOptions_new(handle, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS));
  std::array<char, 256> reason{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout, reason.data(), reason.size());
  const Queue queue(rd_kafka_queue_new(handle));
  rd_kafka_ConfigResource_t* asked = resource.get();
  rd_kafka_DescribeConfigs(handle, &asked, 1, options.get(), queue.get());
  const Event event(rd_kafka_queue_poll(queue.get(), timeout + 1000));
  if (!event) throw failure(RD_KAFKA_RESP_ERR__TIMED_OUT, what);
  if (const auto code = rd_kafka_event_error(event.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR)
    throw failure(code, what);
  std::size_t count = 0;
  const auto** found = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  if (count != 1) throw failure(RD_KAFKA_RESP_ERR_UNKNOWN, what);
  if (const auto code = rd_kafka_ConfigResource_error(found[0]); code != RD_KAFKA_RESP_ERR_NO_ERROR)
    throw failure(code, what);
  const auto** entries = rd_kafka_ConfigResource_configs(found[0], &count);
  std::map<std::string, std::string> out;
  for (std::size_t i = 0; i < count; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    if (value != nullptr) out.emplace(rd_kafka_ConfigEntry_name(entries[i]), value);
  }
  return out;
}

}  // namespace cdckit::kafka
