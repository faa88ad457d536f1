#include "tools/kcat-cdc/value/line_builder.hpp"

#include "common/base/number_text.hpp"
#include "common/base/text.hpp"
#include "common/ndjson/reader.hpp"
#include "common/ndjson/text.hpp"

#include <algorithm>

namespace cdckit::kcat_cdc {

namespace {

using ndjson::FoundMember;
using ndjson::FoundMembers;

constexpr std::size_t kKeyPlace = 1;  // among the line's members

void append_kafka(std::string& out, const kafka::Record& record) {
  out += R"(,"kafka":{"topic":")";
  out += record.topic;  // its characters need no escaping
  out += R"(","partition":)";
  base::append_number(out, record.partition);
  out += R"(,"offset":)";
  base::append_number(out, record.offset);
  out += R"(,"timestamp":)";
  if (record.timestamp_ms < 0) {
    out += "null";
  } else {
    base::append_number(out, record.timestamp_ms);
  }
  out += '}';
}

bool is_plain(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '/' ||
           c == '-' || c == ':' || c == '.' || c == '~';
  });
}

// `trusted`: put in as it is.
void append_pos(std::string& out, std::string_view pos, bool trusted) {
  out += R"({"pos":)";
  if (pos.empty()) {
    out += "null";
  } else if (trusted || is_plain(pos)) {
    out += '"';
    out += pos;
    out += '"';
  } else {
    ndjson::append_string(out, pos);
  }
}

// Raw line breaks in valid JSON are white space between tokens.
void flatten(std::string& out, std::size_t from) {
  for (auto at = out.find_first_of("\r\n", from); at != std::string::npos;
       at = out.find_first_of("\r\n", at)) {
    out[at] = ' ';
  }
}

bool has_line_break(std::string_view text) noexcept {
  return text.find('\n') != std::string_view::npos || text.find('\r') != std::string_view::npos;
}

// One of those that are put on here.
bool is_ours(std::string_view name) noexcept {
  switch (name.size()) {
    case 3:
      return name == "pos" || name == "key";
    case 5:
      return name == "kafka";
    case 7:
      return name == "old_key" || name == "new_key";
    default:
      return false;
  }
}

bool is_ours(const FoundMember& member) {
  // with an escape none of them is shorter
  constexpr std::size_t kLeastEscaped = 8;
  if (member.name.size() < kLeastEscaped || member.name.find('\\') == std::string_view::npos)
    return is_ours(member.name);
  std::string name;
  ndjson::append_unescaped(name, '"' + std::string(member.name) + '"');
  return is_ours(name);
}

std::string_view without_quotes(std::string_view token) noexcept {
  return token.size() >= 2 && token.front() == '"' ? token.substr(1, token.size() - 2)
                                                   : std::string_view{};
}

}  // namespace

std::string_view find_header(const kafka::Record& record, std::string_view name) noexcept {
  std::string_view out;
  for (const kafka::Header& header : record.headers) {
    if (header.name == name) out = header.value.value_or(std::string_view{});
  }
  return out;
}

LineBuilder::LineBuilder(RecordFormat format, SchemaSource* schemas) : format_(format) {
  if (schemas == nullptr) return;
  avro_keys_.emplace(*schemas);
  avro_values_.emplace(*schemas);
}

// The last one of a name counts.
LineBuilder::Headers LineBuilder::read_headers(const kafka::Record& record) noexcept {
  Headers out;
  for (const auto& [name, value] : record.headers) {
    if (name == kPosHeader) out.pos = value.value_or(std::string_view{});
    if (name == kSchemaHeader) out.has_shape = value && !value->empty();
    if (name == kOldKeyHeader) out.old_key = value.value_or(std::string_view{});
    if (name == kNewKeyHeader) out.new_key = value.value_or(std::string_view{});
    if (name == registry::kKeyHeader) out.key_id = value;
    if (name == registry::kValueHeader) out.value_id = value;
  }
  return out;
}

void LineBuilder::append_key(std::string& out, std::string_view name, std::string_view key) {
  out += ",\"";
  out += name;
  out += "\":";
  const std::string_view bare = topic_->keys.look_closely(base::trim(key)).payload;
  const std::size_t from = out.size();
  const auto good = [&] {
    out.reserve(out.size() + ndjson::kPadding);
    return validator_.check_value(std::string_view(out).substr(from), true) == nullptr;
  };
  out += bare;
  if (!bare.empty() && good()) {
    if (has_line_break(bare)) flatten(out, from);
    return;
  }
  out.resize(from);
  ndjson::append_string(out, key);
  if (good()) return;
  out.resize(from);
  out += R"({"base64":")" + base::to_base64(key) + "\"}";
}

// Not believed to be JSON, unless Avro was.
void LineBuilder::append_own_key(std::string& out,
                                 const kafka::Record& record,
                                 const Unwrapped& key) {
  if (key.wrapped && key.checked) {
    out += R"(,"key":)";
    out += key.payload;
  } else {
    append_key(out, "key", *record.key);
  }
}

bool LineBuilder::is_avro(std::string_view bytes, const std::optional<std::string_view>& id) const {
  return format_ != RecordFormat::json && (id || registry::looks_framed(bytes));
}

// Beside a value in Avro a key may be text, JSON or bytes that look like anything.
const char* LineBuilder::open_key(const kafka::Record& record,
                                  const Headers& headers,
                                  Unwrapped& key) {
  if (!record.key) return nullptr;
  if (avro_keys_ && is_avro(*record.key, headers.key_id)) {
    const char* reason = avro_keys_->read(*record.key, headers.key_id, key);
    if (reason == nullptr || headers.key_id || format_ == RecordFormat::avro) return reason;
  }
  key = topic_->keys.take_off(base::trim(*record.key));
  return nullptr;
}

const char* LineBuilder::open_value(const kafka::Record& record,
                                    const Headers& headers,
                                    Unwrapped& value) {
  if (!record.value) return nullptr;
  if (format_ == RecordFormat::avro || is_avro(*record.value, headers.value_id)) {
    if (!avro_values_) return "its value is Avro, which needs --registry";
    return avro_values_->read(*record.value, headers.value_id, value);
  }
  value = topic_->values.take_off(base::trim(*record.value));
  return nullptr;
}

void LineBuilder::append_front(std::string& out,
                               const kafka::Record& record,
                               const Headers& headers,
                               const Unwrapped& key,
                               bool trusted) {
  append_pos(out, headers.pos, trusted);
  if (!record.key) {
    out += R"(,"key":null)";
  } else if (trusted) {
    out += R"(,"key":)";
    out += key.payload;
  } else {
    append_own_key(out, record, key);
  }
  if (!headers.old_key.empty()) append_key(out, "old_key", headers.old_key);
  if (!headers.new_key.empty()) append_key(out, "new_key", headers.new_key);
  append_kafka(out, record);
}

const char* LineBuilder::build(std::string& out,
                               const kafka::Record& record,
                               const Headers& headers,
                               const Unwrapped& key,
                               std::string_view value,
                               bool trusted) {
  const std::size_t begin = out.size();
  append_front(out, record, headers, key, trusted);
  const std::size_t brace = out.size();
  out += value;
  // the value's own brace becomes the comma, unless it has no member
  out[brace] = base::trim(value.substr(1)) == "}" ? ' ' : ',';
  out.reserve(out.size() + ndjson::kPadding);
  const char* reason = walker_.walk(std::string_view(out).substr(begin), true);
  // what was put in must be all of the position and of the key, and nothing else
  if (reason == nullptr && trusted && !is_as_put_in(headers.pos, record.key ? &key : nullptr))
    reason = "its position or its key is no JSON";
  if (reason == nullptr)
    reason = read_members(3U + (headers.old_key.empty() ? 0U : 1U) +
                          (headers.new_key.empty() ? 0U : 1U));
  if (reason != nullptr) {
    out.resize(begin);
    return reason;
  }
  if (has_line_break(value) || (trusted && has_line_break(key.payload))) flatten(out, begin);
  out += '\n';
  return nullptr;
}

bool LineBuilder::is_as_put_in(std::string_view pos, const Unwrapped* key) const noexcept {
  const FoundMembers members = walker_.members();
  if (!pos.empty() && (!members[0].plain || members[0].value.size() != pos.size() + 2))
    return false;
  return key == nullptr || members[kKeyPlace].value.size() == key->payload.size();
}

void LineBuilder::build_known(std::string& out,
                              const kafka::Record& record,
                              const Headers& headers,
                              const Unwrapped& key,
                              const Unwrapped& value) {
  append_front(out, record, headers, key, false);
  const std::size_t brace = out.size();
  out += value.payload;
  out[brace] = value.payload == "{}" ? ' ' : ',';
  out += '\n';
  operation_ = value.known->operation;
  if (value.known->names_table) note_table(value.known->schema, value.known->table);
}

// Behind `ours` of the line's members stand the value's.
const char* LineBuilder::read_members(std::size_t ours) {
  const FoundMembers members = walker_.members();
  operation_ = '\0';
  std::size_t number = 0;
  for (std::size_t i = 0; i < members.size(); i += 1 + members[i].inside) {
    if (number++ < ours) continue;
    const FoundMember& member = members[i];
    if (is_ours(member)) return "its value has a member pos, key, old_key, new_key or kafka itself";
    if (member.name == "op" && member.value.size() == 3) operation_ = member.value[1];
    if (member.name == "source" && member.inside > 0)
      note_source(members.subspan(i + 1, member.inside));
  }
  return nullptr;
}

void LineBuilder::note_source(FoundMembers members) {
  TopicMemory& topic = *topic_;
  const auto stands = [&](std::size_t place, std::string_view name) {
    return place < members.size() && members[place].name == name;
  };
  if (!stands(topic.schema_place, "schema") || !stands(topic.table_place, "table")) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (members[i].name == "schema") topic.schema_place = i;
      if (members[i].name == "table") topic.table_place = i;
    }
    if (!stands(topic.schema_place, "schema") || !stands(topic.table_place, "table")) return;
  }
  note_table(without_quotes(members[topic.schema_place].value),
             without_quotes(members[topic.table_place].value));
}

void LineBuilder::note_table(std::string_view schema, std::string_view table) {
  if (topic_->table != table) topic_->table = table;
  if (topic_->schema != schema) topic_->schema = schema;
}

const char* LineBuilder::append_value(std::string& out,
                                      const kafka::Record& record,
                                      const Headers& headers,
                                      const Unwrapped& key,
                                      std::string_view value) {
  if (value.size() < 2 || value.front() != '{') return "its value is no JSON object";
  if (!key.payload.empty() || !record.key) {
    if (build(out, record, headers, key, value, true) == nullptr) return nullptr;
  }
  return build(out, record, headers, key, value, false);
}

// The event is gone, or never was one: `before` and `after` say nothing.
void LineBuilder::append_tombstone(std::string& out,
                                   const kafka::Record& record,
                                   const Headers& headers,
                                   const Unwrapped& key) {
  append_front(out, record, headers, key, false);
  out += R"(,"before":null,"after":null,"source":{"schema":")";
  const TableName table = table_of(record.topic);
  out += table.schema;
  out += R"(","table":")";
  out += table.table;
  out += R"("},"transaction":null,"op":"d","ts_ms":)";
  if (record.timestamp_ms < 0) {
    out += "null";
  } else {
    base::append_number(out, record.timestamp_ms);
  }
  out += "}\n";
}

TableName LineBuilder::table_of(std::string_view topic) const noexcept {
  if (topic_->table.empty()) return table_of_topic(topic);
  return {topic_->schema, topic_->table};
}

void LineBuilder::note_shape(std::string_view topic, const Unwrapped& key, const Unwrapped& value) {
  TopicMemory& memory = *topic_;
  if (memory.shape == nullptr || memory.shape_key != key.schema ||
      memory.shape_value != value.schema) {
    memory.shape_key = key.schema;
    memory.shape_value = value.schema;
    std::string line;
    append_connect_shape(
        line, table_of(topic), key.schema ? *key.schema : std::string_view("null"), *value.schema);
    memory.shape = &*shapes_.insert(std::move(line)).first;
  }
  own_shape_ = memory.shape;
}

const char* LineBuilder::append_line(std::string& out, const kafka::Record& record) {
  own_shape_ = nullptr;
  topic_ = &topics_.of(record.topic);
  PendingTombstone& pending = topic_->partition(record.partition);
  const Headers headers = read_headers(record);
  const std::string_view key_text = record.key.value_or(std::string_view{});
  Unwrapped key;
  if (const char* reason = open_key(record, headers, key)) return reason;
  Unwrapped value;
  if (const char* reason = open_value(record, headers, value)) return reason;
  if (!record.value || (value.wrapped && value.payload == "null")) {
    // one without a key says nothing of any row
    if (record.key && !pending.take(key_text)) append_tombstone(out, record, headers, key);
    return nullptr;
  }
  const char* reason = nullptr;
  if (value.known != nullptr) {
    build_known(out, record, headers, key, value);
  } else {
    reason = append_value(out, record, headers, key, value.payload);
  }
  if (reason != nullptr && !value.checked) {
    value = topic_->values.look_closely(base::trim(*record.value));
    reason = append_value(out, record, headers, key, value.payload);
  }
  if (reason != nullptr) return reason;
  pending.note(key_text, operation_ == 'd');
  // truncates and messages have no row's key: what they bring along is not the table's shape
  const bool has_row = operation_ != 't' && operation_ != 'm';
  if (value.schema && !headers.has_shape && has_row) note_shape(record.topic, key, value);
  return nullptr;
}

}  // namespace cdckit::kcat_cdc
