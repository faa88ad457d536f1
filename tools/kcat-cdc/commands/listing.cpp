#include "tools/kcat-cdc/commands/listing.hpp"

#include "common/cli/text_table.hpp"
#include "common/ndjson/text.hpp"

#include <algorithm>

namespace cdckit::kcat_cdc {

namespace {

void append_text(std::string& out, std::string_view name, std::string_view text) {
  std::string value;
  ndjson::append_string(value, text);
  ndjson::append_member(out, name, value);
}

void append_number(std::string& out, std::string_view name, std::int64_t value) {
  ndjson::append_member(out, name, std::string_view(std::to_string(value)));
}

// What can still be read: records that are gone do not count. Nothing where nothing is stored.
std::optional<std::int64_t> records_behind(const Lag& lag) {
  if (!lag.committed) return std::nullopt;
  return std::max<std::int64_t>(lag.range.end - std::max(*lag.committed, lag.range.begin), 0);
}

void append_optional(std::string& out, std::string_view name, std::optional<std::int64_t> value) {
  ndjson::append_member(out, name, std::string_view(value ? std::to_string(*value) : "null"));
}

// An empty cell shows as -.
std::string cell(std::optional<std::int64_t> value) {
  return value ? cli::human_count(*value) : "";
}

using Align = cli::TextTable::Align;

std::string closed(std::string out) {
  out.back() = '}';  // the last comma
  return out;
}

}  // namespace

std::string topic_line(const kafka::TopicInfo& topic) {
  std::string out = "{";
  append_text(out, "topic", topic.name);
  append_number(out, "partitions", topic.partitions);
  append_number(out, "replication", static_cast<std::int64_t>(topic.replication));
  return closed(std::move(out));
}

std::string group_line(const kafka::GroupInfo& group) {
  std::string out = "{";
  append_text(out, "group", group.name);
  append_text(out, "state", group.state);
  append_number(out, "members", static_cast<std::int64_t>(group.members));
  return closed(std::move(out));
}

std::string lag_line(const Lag& lag) {
  std::string out = "{";
  append_text(out, "group", lag.group);
  append_text(out, "topic", lag.partition.topic);
  append_number(out, "partition", lag.partition.number);
  append_optional(out, "offset", lag.committed);
  append_number(out, "end", lag.range.end);
  append_optional(out, "lag", records_behind(lag));
  return closed(std::move(out));
}

std::string topic_table(const std::vector<kafka::TopicInfo>& topics) {
  cli::TextTable table({{"TOPIC"}, {"PARTITIONS", Align::right}, {"REPLICAS", Align::right}});
  for (const auto& topic : topics) {
    table.add({topic.name, std::to_string(topic.partitions), std::to_string(topic.replication)});
  }
  return table.text();
}

std::string group_table(const std::vector<kafka::GroupInfo>& groups) {
  cli::TextTable table({{"GROUP"}, {"STATE"}, {"MEMBERS", Align::right}});
  for (const auto& group : groups)
    table.add({group.name, group.state, std::to_string(group.members)});
  return table.text();
}

std::string lag_table(const std::vector<Lag>& lags) {
  cli::TextTable table({{"GROUP"},
                        {"TOPIC"},
                        {"PARTITION", Align::right},
                        {"OFFSET", Align::right},
                        {"END", Align::right},
                        {"LAG", Align::right}});
  std::int64_t sum = 0;
  for (const Lag& lag : lags) {
    sum += records_behind(lag).value_or(0);
    table.add({lag.group,
               lag.partition.topic,
               std::to_string(lag.partition.number),
               cell(lag.committed),
               cli::human_count(lag.range.end),
               cell(records_behind(lag))});
  }
  if (lags.size() > 1) table.add({"all", "", "", "", "", cli::human_count(sum)});
  return table.text();
}

}  // namespace cdckit::kcat_cdc
