#include "tools/kcat-cdc/listing.hpp"

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
  append_number(out, "committed", lag.committed);
  append_number(out, "end", lag.range.end);
  append_number(out, "lag", lag.range.end - std::max(lag.committed, lag.range.begin));
  return closed(std::move(out));
}

}  // namespace cdckit::kcat_cdc
