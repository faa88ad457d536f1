#include "tools/kcat-cdc/produce/produce_options.hpp"

#include "common/base/error.hpp"
#include "tools/kcat-cdc/topics/router.hpp"
#include "tools/kcat-cdc/topics/topic_names.hpp"
#include "tools/kcat-cdc/value/header_rules.hpp"
#include "tools/kcat-cdc/value/partition_rule.hpp"

#include <limits>

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;

namespace {

[[noreturn]] void refuse(const std::string& message, std::string hint = {}) {
  throw Error(ErrorKind::usage, message, std::move(hint));
}

}  // namespace

void check_produce(const ProduceOptions& options) {
  if (options.raw) {
    if (!options.topic_prefix.empty()) refuse("--raw goes by the topics of its lines, or --topic");
    if (!options.routes.empty()) refuse("--raw goes by the topics of its lines, --route does not");
    if (has_placeholder(options.topic))
      refuse("--raw lines name no table: --topic cannot hold {schema} or {table}");
  } else if (options.topic_prefix.empty() == options.topic.empty()) {
    refuse(options.topic.empty() ? "one of the flags --topic-prefix and --topic is missing"
                                 : "--topic-prefix and --topic do not go together");
  }
  if (options.raw && (options.format != "json" || options.value != "envelope" || options.schemas ||
                      !options.headers.empty()))
    refuse("--raw lines are records already: no --format, --value, --schemas or --header");
  if (options.name_adjustment != "avro" && options.format != "avro")
    refuse("--name-adjustment is about Avro's names: it needs --format avro");
  if (options.schemas && options.format == "avro")
    refuse("--schemas does not go with --format avro, whose records name their schema");
  if (options.raw && !options.partition_by.empty())
    refuse("--raw lines name their partition themselves: no --partition-by");
  (void)HeaderRules(options.headers);
  (void)PartitionRule(options.partition_by);
  if (options.partitions == 0) refuse("could not use --partitions: a topic has at least one");
  if (options.replication == 0)
    refuse("could not use --replication: a topic has at least one replica");
  constexpr auto kMost = std::numeric_limits<std::int32_t>::max();
  if (options.partitions > kMost || options.replication > kMost)
    refuse("could not use --partitions or --replication: the number is too large");
  (void)wished_topic_config(options);
  if (options.transactional_id.empty() && !options.position_topic.empty())
    refuse("--position-topic needs --transactional");
  if (!options.transactional_id.empty() && options.raw)
    refuse("--raw lines have no position: they do not go with --transactional");
  if (options.raw && !options.transaction_topic.empty())
    refuse("--raw lines belong to no transaction: they do not go with --transaction-topic");
  if (has_other_braces(options.topic))
    refuse("could not use --topic \"" + options.topic +
           "\": between braces stands schema or table, and no topic has one in its name");
  (void)Router(topic_pattern(options), options.routes);
}

ValueOptions value_options(const ProduceOptions& options) {
  ValueOptions out;
  out.form = options.value == "flat" ? ValueForm::flat : ValueForm::envelope;
  out.with_schemas = options.schemas;
  out.avro = options.format == "avro";
  if (options.name_adjustment == "none") out.names = avro::NameAdjustment::none;
  if (options.name_adjustment == "avro_unicode") out.names = avro::NameAdjustment::avro_unicode;
  out.headers = options.headers;
  out.unavailable_value = options.unavailable_value;
  return out;
}

std::string topic_pattern(const ProduceOptions& options) {
  if (!options.topic.empty()) return options.topic;
  return sanitize_topic(options.topic_prefix) + ".{schema}.{table}";
}

std::map<std::string, std::string> wished_topic_config(const ProduceOptions& options) {
  auto out = parse_topic_config(options.topic_config);
  if (options.topic_policy.empty()) return out;
  const auto given = out.find("cleanup.policy");
  if (given != out.end() && given->second != options.topic_policy)
    refuse("--topic-policy and --topic-config cleanup.policy say different things");
  out["cleanup.policy"] = options.topic_policy;
  return out;
}

std::map<std::string, std::string> parse_topic_config(const std::vector<std::string>& entries) {
  std::map<std::string, std::string> out;
  for (const std::string& entry : entries) {
    const auto equals = entry.find('=');
    if (equals == std::string::npos || equals == 0) {
      refuse("could not read --topic-config \"" + entry + "\": it is not NAME=VALUE");
    }
    out[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  return out;
}

}  // namespace cdckit::kcat_cdc
