#include "tools/kcat-cdc/line_builder.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/reader.hpp"
#include "common/ndjson/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace cdckit::kcat_cdc {

namespace {

void append_number(std::string& out, std::int64_t value) {
  std::array<char, 24> digits{};
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), result.ptr);
}

void append_kafka(std::string& out, const kafka::Record& record) {
  out += R"(,"kafka":{"topic":")";
  out += record.topic;  // its characters need no escaping
  out += R"(","partition":)";
  append_number(out, record.partition);
  out += R"(,"offset":)";
  append_number(out, record.offset);
  out += R"(,"timestamp":)";
  if (record.timestamp_ms < 0) {
    out += "null";
  } else {
    append_number(out, record.timestamp_ms);
  }
  out += '}';
}

bool is_plain(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '/' ||
           c == '-' || c == ':' || c == '.' || c == '~';
  });
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

}  // namespace

std::string_view find_header(const kafka::Record& record, std::string_view name) noexcept {
  std::string_view out;
  for (const kafka::Header& header : record.headers) {
    if (header.name == name) out = header.value;
  }
  return out;
}

void LineBuilder::append_pos(std::string& out, std::string_view pos) {
  out += R"({"pos":)";
  if (pos.empty()) {
    out += "null";
  } else if (is_plain(pos)) {
    out += '"';
    out += pos;
    out += '"';
  } else {
    ndjson::append_string(out, pos);
  }
}

// A document {"schema":..,"payload":..} as Kafka Connect's JSON converter writes it by default.
std::string_view LineBuilder::unwrapped(std::string_view value) {
  constexpr std::string_view kBegin = R"({"schema":)";
  if (!value.starts_with(kBegin) || validator_.check_object(value, false) != nullptr) return value;
  ndjson::ObjectCursor cursor(value);
  ndjson::Member schema;
  ndjson::Member payload;
  ndjson::Member more;
  const bool wrapped = cursor.next(schema) && cursor.next(payload) && payload.name == "payload" &&
                       (schema.value.starts_with('{') || schema.value == "null") &&
                       !cursor.next(more);
  return wrapped ? payload.value : value;
}

// What stands after `from` is checked where it is; the space that the validator may read behind it
// is reserved.
const char* LineBuilder::check(const std::string& out, std::size_t from) {
  return validator_.check_value(std::string_view(out).substr(from), true);
}

void LineBuilder::append_key(std::string& out, std::string_view name, std::string_view key) {
  out += ",\"";
  out += name;
  out += "\":";
  const std::string_view bare = unwrapped(base::trim(key));
  const std::size_t from = out.size();
  out += bare;
  out.reserve(out.size() + ndjson::kPadding);
  if (!bare.empty() && check(out, from) == nullptr) {
    if (has_line_break(bare)) flatten(out, from);
    return;
  }
  out.resize(from);
  ndjson::append_string(out, key);
  out.reserve(out.size() + ndjson::kPadding);
  if (check(out, from) == nullptr) return;
  out.resize(from);
  out += R"({"base64":")" + base::to_base64(key) + "\"}";
}

const char* LineBuilder::append_line(std::string& out, const kafka::Record& record) {
  const std::size_t begin = out.size();
  const std::string_view value = unwrapped(base::trim(*record.value));
  if (value.size() < 2 || value.front() != '{') return "its value is no JSON object";
  std::string_view pos;
  std::string_view old_key;
  std::string_view new_key;
  for (const kafka::Header& header : record.headers) {
    if (header.name == kPosHeader) pos = header.value;
    if (header.name == kOldKeyHeader) old_key = header.value;
    if (header.name == kNewKeyHeader) new_key = header.value;
  }
  append_pos(out, pos);
  if (record.key) {
    append_key(out, "key", *record.key);
  } else {
    out += R"(,"key":null)";
  }
  if (!old_key.empty()) append_key(out, "old_key", old_key);
  if (!new_key.empty()) append_key(out, "new_key", new_key);
  append_kafka(out, record);
  const std::size_t brace = out.size();
  out += value;
  // the value's own brace becomes the comma, unless it has no member
  out[brace] = base::trim(value.substr(1)) == "}" ? ' ' : ',';
  out.reserve(out.size() + ndjson::kPadding);
  if (const char* reason = validator_.check_object(std::string_view(out).substr(begin), true)) {
    out.resize(begin);
    return reason;
  }
  if (has_line_break(value)) flatten(out, brace);
  out += '\n';
  return nullptr;
}

const char* LineBuilder::append_raw(std::string& out, const kafka::Record& record) {
  const std::string_view value = record.value.value_or("null");
  const std::size_t begin = out.size();
  out += value;
  if (has_line_break(value)) {
    if (validator_.check_value(value, false) != nullptr) {
      out.resize(begin);
      return "its value holds a line break and is no JSON";
    }
    flatten(out, begin);
  }
  out += '\n';
  return nullptr;
}

}  // namespace cdckit::kcat_cdc
