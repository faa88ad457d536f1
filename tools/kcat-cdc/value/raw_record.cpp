#include "tools/kcat-cdc/value/raw_record.hpp"

#include "common/base/base64.hpp"
#include "common/base/number_text.hpp"
#include "common/base/text.hpp"

#include <limits>

namespace cdckit::kcat_cdc {

namespace {

using ndjson::Member;

void append_bytes(std::string& out, std::string_view bytes) {
  if (ndjson::is_utf8(bytes)) {
    ndjson::append_string(out, bytes);
    return;
  }
  out += R"({"base64":")";
  base::append_base64(out, bytes);
  out += "\"}";
}

void append_bytes(std::string& out, const std::optional<std::string_view>& bytes) {
  if (bytes) {
    append_bytes(out, *bytes);
  } else {
    out += "null";
  }
}

void append_headers(std::string& out, const std::vector<kafka::Header>& headers) {
  out += '[';
  for (const kafka::Header& header : headers) {
    if (out.back() != '[') out += ',';
    out += '[';
    append_bytes(out, header.name);
    out += ',';
    append_bytes(out, header.value);
    out += ']';
  }
  out += ']';
}

// Nothing when it is no whole number that fits.
template <class Number>
bool read_number(std::string_view token, Number& out) {
  const auto number = base::parse_signed(token);
  if (!number || *number > std::numeric_limits<Number>::max()) return false;
  out = static_cast<Number>(*number);
  return *number >= std::numeric_limits<Number>::min();
}

}  // namespace

void append_raw_line(std::string& out, const kafka::Record& record) {
  out += R"({"topic":)";
  ndjson::append_string(out, record.topic);
  out += R"(,"partition":)";
  base::append_number(out, record.partition);
  out += R"(,"offset":)";
  base::append_number(out, record.offset);
  out += R"(,"timestamp":)";
  if (record.timestamp_ms < 0) {
    out += "null";
  } else {
    base::append_number(out, record.timestamp_ms);
  }
  out += R"(,"key":)";
  append_bytes(out, record.key);
  out += R"(,"value":)";
  append_bytes(out, record.value);
  out += R"(,"headers":)";
  append_headers(out, record.headers);
  out += '}';
}

const char* RawReader::read(std::string_view line, ndjson::FoundMembers members) {
  record_ = {};
  topic_ = {};
  has_value_ = false;
  headers_.clear();
  bytes_.clear();
  bytes_.reserve(line.size());  // nothing is longer than its token: slices of it stay valid
  ndjson::ObjectCursor cursor({line, members});
  Member member;
  while (cursor.next(member)) {
    std::string plain;  // of a name that is written with escapes
    std::string_view name = member.name;
    if (name.find('\\') != std::string_view::npos &&
        ndjson::append_unescaped(plain, '"' + std::string(name) + '"'))
      name = plain;
    if (const char* reason = take(name, member.value)) return reason;
  }
  if (!has_value_) return "a raw line needs the member \"value\" (null makes a tombstone)";
  record_.headers = headers_;
  return nullptr;
}

const char* RawReader::take(std::string_view name, std::string_view value) {
  const bool null = ndjson::is_null(value);
  if (name == "value") {
    has_value_ = true;
    return read_bytes(value, record_.value)
               ? nullptr
               : "\"value\" is neither a string, {\"base64\":..} nor null";
  }
  if (name == "key") {
    return read_bytes(value, record_.key) ? nullptr
                                          : "\"key\" is neither a string, {\"base64\":..} nor null";
  }
  if (name == "headers") return null ? nullptr : take_headers(value);
  if (null) return nullptr;
  if (name == "topic") {
    Bytes topic;
    if (value.front() != '"' || !read_bytes(value, topic) || topic->empty())
      return "\"topic\" is no name";
    topic_ = *topic;
  }
  if (name == "partition" &&
      (!read_number(value, record_.partition) || record_.partition < kafka::kAnyPartition))
    return "\"partition\" is no number of a partition";
  if (name == "timestamp" &&
      (!read_number(value, record_.timestamp_ms) || record_.timestamp_ms < 0))
    return "\"timestamp\" is no time in milliseconds since 1970";
  return nullptr;
}

const char* RawReader::take_headers(std::string_view list) {
  constexpr const char* kShape = "\"headers\" is no list of [\"name\",value]";
  if (!list.starts_with('[')) return kShape;
  headers_.clear();
  ndjson::ArrayCursor headers(list);
  std::string_view pair;
  while (headers.next(pair)) {
    if (!pair.starts_with('[')) return kShape;
    ndjson::ArrayCursor parts(pair);
    std::string_view name;
    std::string_view value;
    std::string_view more;
    if (!parts.next(name) || !parts.next(value) || parts.next(more)) return kShape;
    Bytes name_bytes;
    kafka::Header header;
    if (!read_bytes(name, name_bytes) || !name_bytes || !read_bytes(value, header.value))
      return kShape;
    // librdkafka hands names out up to their first zero byte
    if (name_bytes->find('\0') != std::string_view::npos)
      return "the name of a header holds a zero byte";
    header.name = *name_bytes;
    headers_.push_back(header);
  }
  return nullptr;
}

bool RawReader::read_bytes(std::string_view token, Bytes& out) {
  out.reset();
  if (ndjson::is_null(token)) return true;
  if (token.front() == '{') return read_base64(token, out);
  if (token.front() != '"') return false;
  const std::string_view inner = token.substr(1, token.size() - 2);
  if (inner.find('\\') == std::string_view::npos) {
    out = inner;
    return true;
  }
  const std::size_t from = bytes_.size();
  if (!ndjson::append_unescaped(bytes_, token)) return false;  // half a surrogate pair is no text
  out = kept(from);
  return true;
}

bool RawReader::read_base64(std::string_view object, Bytes& out) {
  ndjson::ObjectCursor cursor(object);
  Member member;
  Member more;
  if (!cursor.next(member) || cursor.next(more) || member.name != "base64") return false;
  if (!member.value.starts_with('"')) return false;
  std::string scratch;
  const auto bytes = base::from_base64(ndjson::unescape(member.value, scratch));
  if (!bytes) return false;
  const std::size_t from = bytes_.size();
  bytes_ += *bytes;
  out = kept(from);
  return true;
}

}  // namespace cdckit::kcat_cdc
