// The flags of `produce` and what they mean together. No I/O.
#pragma once

#include "tools/kcat-cdc/value/value_options.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace cdckit::kcat_cdc {

struct ProduceOptions {
  std::string topic_prefix;
  std::string topic;
  std::vector<std::string> routes;
  std::string format = "json";
  std::string value = "envelope";
  std::string name_adjustment = "avro";  // with Avro
  bool schemas = false;
  std::vector<std::string> headers;
  bool no_tombstones = false;
  bool no_create = false;
  bool raw = false;
  std::int64_t partitions = -1;
  std::int64_t replication = -1;
  std::vector<std::string> topic_config;
  std::string topic_policy;  // cleanup.policy
  std::string partitioner;   // empty: where Java clients put keys
  std::string partition_by;  // columns; empty: by the key
  std::string unavailable_value = event::kUnavailable;
  std::string transactional_id;
  std::string position_topic;  // empty: made of the id
  std::string transaction_topic;
};

// Cross-checks; throws usage.
void check_produce(const ProduceOptions& options);
ValueOptions value_options(const ProduceOptions& options);
// `{schema}` and `{table}` stand for a table's names.
std::string topic_pattern(const ProduceOptions& options);
std::map<std::string, std::string> parse_topic_config(const std::vector<std::string>& entries);
// Those and --topic-policy.
std::map<std::string, std::string> wished_topic_config(const ProduceOptions& options);

}  // namespace cdckit::kcat_cdc
