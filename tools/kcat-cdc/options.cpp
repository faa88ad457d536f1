#include "tools/kcat-cdc/options.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/kafka/settings.hpp"
#include "tools/kcat-cdc/router.hpp"
#include "tools/kcat-cdc/topic_names.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;

namespace {

[[noreturn]] void refuse(const std::string& message, std::string hint = {}) {
  throw Error(ErrorKind::usage, message, std::move(hint));
}

// Properties that the guarantees hang on.
constexpr std::array<std::string_view, 11> kOwned = {"bootstrap.servers",
                                                     "metadata.broker.list",
                                                     "group.id",
                                                     "enable.auto.commit",
                                                     "auto.commit.enable",
                                                     "enable.auto.offset.store",
                                                     "enable.partition.eof",
                                                     "enable.idempotence",
                                                     "auto.offset.reset",
                                                     "transactional.id",
                                                     "allow.auto.create.topics"};

std::int64_t parse_time_ms(const std::string& text, const std::string& flag) {
  // @unix seconds as everywhere, or @ before RFC 3339
  auto time = base::parse_time(text);
  if (!time && text.starts_with('@')) time = base::parse_time(std::string_view(text).substr(1));
  if (!time)
    refuse("could not read " + flag + " \"" + text +
           "\": no time such as @1790000000 or @2026-03-01T12:00:00Z");
  return *time / 1000;
}

}  // namespace

void check_connection(const ConnectionOptions& options) {
  if (options.brokers.empty()) refuse("the flag --brokers (-b) is missing");
  for (const std::string& setting : options.settings) {
    const std::string name(base::trim(std::string_view(setting).substr(0, setting.find('='))));
    if (std::find(kOwned.begin(), kOwned.end(), name) != kOwned.end()) {
      refuse("could not use -X " + name + ": kcat-cdc sets it itself");
    }
    const bool from_file = setting.size() > name.size() + 1 && setting[name.size() + 1] == '@';
    if (kafka::is_secret(name) && !from_file) {
      refuse("could not use -X " + name + ": a secret does not belong in the arguments",
             "Write it to a file and give -X " + name + "=@FILE, or put it into the file of -F.");
    }
  }
}

void check_produce(const ProduceOptions& options) {
  if (options.topic_prefix.empty() == options.topic.empty()) {
    refuse(options.topic.empty() ? "one of the flags --topic-prefix and --topic is missing"
                                 : "--topic-prefix and --topic do not go together");
  }
  if (options.raw) {
    if (!options.topic_prefix.empty()) refuse("--raw needs --topic: plain lines name no table");
    if (has_placeholder(options.topic))
      refuse("--raw lines name no table: --topic cannot hold {schema} or {table}");
  }
  if (options.partitions == 0) refuse("could not use --partitions: a topic has at least one");
  if (options.replication == 0)
    refuse("could not use --replication: a topic has at least one replica");
  constexpr auto kMost = std::numeric_limits<std::int32_t>::max();
  if (options.partitions > kMost || options.replication > kMost)
    refuse("could not use --partitions or --replication: the number is too large");
  (void)parse_topic_config(options.topic_config);
  (void)Router(topic_pattern(options), options.routes);
}

void check_consume(const ConsumeOptions& options, bool acknowledged) {
  if (options.topics.empty()) refuse("the flag --topic (-t) is missing");
  if (acknowledged && options.group.empty())
    refuse("--ack needs --group (-g): offsets are committed for a group");
  if (options.limit == 0) refuse("could not use --limit: 0 records are no work");
  (void)parse_from(options.from);
  (void)parse_until(options.until);
}

std::string topic_pattern(const ProduceOptions& options) {
  if (!options.topic.empty()) return options.topic;
  return options.topic_prefix + ".{schema}.{table}";
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

From parse_from(const std::string& text) {
  if (text == "stored") return {From::Kind::stored, 0};
  if (text == "beginning") return {From::Kind::beginning, 0};
  if (text == "end") return {From::Kind::end, 0};
  if (text.starts_with('@')) return {From::Kind::time, parse_time_ms(text, "--from")};
  const auto offset = base::parse_unsigned(text);
  if (!offset || *offset > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    refuse("could not read --from \"" + text + "\": stored, beginning, end, @TIME or an offset");
  }
  return {From::Kind::offset, static_cast<std::int64_t>(*offset)};
}

Until parse_until(const std::string& text) {
  Until out;
  if (text.empty()) return out;
  if (text == "end") {
    out.end = true;
  } else if (text.starts_with('@')) {
    out.timestamp_ms = parse_time_ms(text, "--until");
  } else {
    refuse("could not read --until \"" + text + "\": end or @TIME");
  }
  return out;
}

}  // namespace cdckit::kcat_cdc
