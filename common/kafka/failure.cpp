#include "common/kafka/failure.hpp"

#include <librdkafka/rdkafka.h>

namespace cdckit::kafka {

using base::Error;
using base::ErrorKind;

namespace {

bool is_permission(int code) noexcept {
  switch (code) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      return true;
    default:
      return false;
  }
}

bool is_unavailable(int code) noexcept {
  switch (code) {
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR__UNKNOWN_GROUP:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR__NO_OFFSET:
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
      return true;
    default:
      return false;
  }
}

bool is_config(int code) noexcept {
  switch (code) {
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICA_ASSIGNMENT:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
    case RD_KAFKA_RESP_ERR_INVALID_GROUP_ID:
    case RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT:
    case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
      return true;
    default:
      return false;
  }
}

std::string hint_for(int code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
      return "Another process was started with the same --transactional ID; only the newest one "
             "goes on.";
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
      return "Another member of the group was started with the same group.instance.id; each needs "
             "one of its own.";
    case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
      return "The brokers allow no longer ones than their transaction.max.timeout.ms; give a "
             "smaller "
             "-X transaction.timeout.ms.";
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
      return "A compacted topic takes no records without a key: give tables without a primary key "
             "a "
             "topic with cleanup.policy=delete.";
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      return "Check sasl.mechanism, sasl.username and the file behind sasl.password.";
    case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
      return "Other members of the group use another partition.assignment.strategy; set the same "
             "with -X.";
    default:
      return {};
  }
}

}  // namespace

bool is_fence(int code) noexcept {
  return code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
         code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

ErrorKind kind_of(int code) noexcept {
  if (is_permission(code)) return ErrorKind::permission;
  if (is_unavailable(code)) return ErrorKind::unavailable;
  if (is_config(code)) return ErrorKind::config;
  if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
      code == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE)
    return ErrorKind::data;
  return ErrorKind::temporary;
}

Error failure(int code, const std::string& what, const std::string& detail) {
  const std::string reason =
      detail.empty() ? rd_kafka_err2str(static_cast<rd_kafka_resp_err_t>(code)) : detail;
  return Error(kind_of(code), "could not " + what + ": " + reason, hint_for(code));
}

}  // namespace cdckit::kafka
