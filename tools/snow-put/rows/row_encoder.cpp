#include "tools/snow-put/rows/row_encoder.hpp"

#include "common/base/clock.hpp"
#include "common/base/text.hpp"
#include "common/event/source.hpp"
#include "common/ndjson/text.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-put/rows/journal.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cdckit::snow_put {
namespace {

constexpr std::size_t kUnknown = static_cast<std::size_t>(-1);
constexpr std::size_t kMostRemembered = 2000;  // names without a column too
constexpr const char* kLikeAnInsert =
    "it could not be told from an insert: the table has no column RECORD_METADATA";

std::string_view microseconds_of(const ndjson::Object& source, std::string& scratch) {
  if (source.text.empty()) return {};
  const std::string_view microseconds = ndjson::find_member(source, "ts_us");
  if (!microseconds.empty()) return microseconds;
  // Debezium before 2.6 knows milliseconds only.
  const std::string_view milliseconds = ndjson::find_member(source, "ts_ms");
  if (milliseconds.empty() || milliseconds == "null") return {};
  scratch.assign(milliseconds);
  scratch += "000";
  return scratch;
}

}  // namespace

RowSettings with_constants(RowSettings settings,
                           const std::vector<std::pair<std::string, std::string>>& constants) {
  for (const auto& [column, value] : constants) {
    ndjson::append_string(settings.constants, column);
    settings.constants += ':';
    ndjson::append_string(settings.constants, value);
    settings.constants += ',';
  }
  return settings;
}

RowEncoder::RowEncoder(const snow::TableDescription& table, RowSettings settings)
    : settings_(std::move(settings)), unavailable_(settings_.unavailable) {
  for (const snow::TableColumn& column : table.columns) {
    Column target;
    ndjson::append_string(target.fragment, column.name);
    target.fragment += ':';
    target.type = column.parsed;
    target.name = column.name;
    target.nullable = column.nullable;
    if (!column.nullable && !column.has_default && column.name != kRecordMetadata)
      required_.push_back(columns_.size());
    columns_.push_back(std::move(target));
  }
  has_channel_ = has(kChannel);
  has_metadata_ = has(kRecordMetadata);
  marks_deletes_ = has_metadata_ || has("__DELETED") || has("__OP");
}

bool RowEncoder::has(std::string_view name) const noexcept {
  return std::any_of(
      columns_.begin(), columns_.end(), [&](const Column& column) { return column.name == name; });
}

std::size_t RowEncoder::look_up(std::string_view raw_name) {
  std::string token = "\"" + std::string(raw_name) + "\"";
  std::string text;
  ndjson::append_unescaped(text, token);
  const std::string name = snow::column_name(text);
  // we fill it, but for a journal, where it is the source's
  if (has_metadata_ && name == kRecordMetadata && !has(kPos)) return kUnknown;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].name == name && !is_metadata_name(name)) return i;
  }
  return kUnknown;
}

std::size_t RowEncoder::column_of(std::size_t place, std::string_view raw_name) {
  if (place < members_.size() && members_[place].name == raw_name) return members_[place].column;
  for (const Member& member : members_) {
    if (member.name == raw_name) return member.column;
  }
  const std::size_t column = look_up(raw_name);
  if (column != kUnknown || members_.size() < kMostRemembered)
    members_.push_back({std::string(raw_name), column});
  return column;
}

std::string RowEncoder::append_member(std::string& out,
                                      std::size_t place,
                                      const ndjson::Member& member) {
  const std::size_t index = column_of(place, member.name);
  if (index == kUnknown) {
    const bool nothing = settings_.nulls_need_no_column && ndjson::is_null(member.value);
    if (settings_.skip_unmapped || nothing) return {};
    return "column \"" + std::string(member.name) + "\" is not in the target table";
  }
  Column& column = columns_[index];
  if (column.row == row_) return "column \"" + column.name + "\" would take two of its members";
  column.row = row_;
  if (settings_.has_no_position && !column.nullable && ndjson::is_null(member.value))
    return "column \"" + column.name + "\" is NOT NULL";
  // no member at all is SQL's NULL, what null is in a document depends on the way in
  if (column.type.family == snow::TypeFamily::variant && ndjson::is_null(member.value)) return {};
  if (out.back() != '{' && out.back() != ',') out += ',';
  out += column.fragment;
  const char* reason =
      append_value(out, column.type, member.value, settings_.oversize, member.plain);
  if (reason == nullptr && settings_.has_no_position) reason = excess(column.type, member.value);
  if (reason == nullptr) return {};
  return "column \"" + column.name + "\" cannot take the value: " + reason;
}

std::string RowEncoder::append_members(std::string& out, const ndjson::Object& object) {
  ++row_;
  ndjson::ObjectCursor cursor(object);
  ndjson::Member member;
  for (std::size_t place = 0; cursor.next(member); ++place) {
    std::string reason = append_member(out, place, member);
    if (!reason.empty()) return reason;
  }
  return {};
}

// What kcat-cdc put on a row is no part of it.
std::string RowEncoder::append_plain_members(std::string& out, const event::Event& row) {
  const bool from_kafka = !ndjson::find_member({row.line, row.row_members}, "kafka").empty();
  flat_.operation.clear();
  flat_.unchanged.clear();
  ++row_;
  ndjson::ObjectCursor cursor({row.line, row.row_members});
  ndjson::Member member;
  for (std::size_t place = 0; cursor.next(member); ++place) {
    if (from_kafka && event::is_our_member(member.name)) continue;
    std::string reason = append_plain_member(out, place, member);
    if (!reason.empty()) return reason;
  }
  if (flat_.operation == R"("d")" && !marks_deletes_) return kLikeAnInsert;
  return settings_.has_no_position ? lacking_value() : std::string{};
}

std::string RowEncoder::lacking_value() const {
  for (const std::size_t index : required_) {
    const Column& column = columns_[index];
    if (column.row != row_)
      return "column \"" + column.name + "\" is NOT NULL, and the row has no value for it";
  }
  return {};
}

// A flat row says what became of it in members of its own.
std::string RowEncoder::append_plain_member(std::string& out,
                                            std::size_t place,
                                            const ndjson::Member& member) {
  if (unavailable_.is(member.value)) {
    flat_.unchanged += flat_.unchanged.empty() ? "[\"" : ",\"";
    flat_.unchanged.append(member.name).append(1, '"');
    return {};
  }
  const bool operation = member.name == "__op";
  const bool deleted = member.name == "__deleted";
  if (operation) flat_.operation = member.value;
  if (deleted && (member.value == R"("true")" || member.value == "true"))
    flat_.operation = R"("d")";
  const bool told = (operation || deleted) && has_metadata_;
  if (told && column_of(place, member.name) == kUnknown) return {};
  return append_member(out, place, member);
}

void RowEncoder::append_commit_time(std::string& out, const event::Event& event) {
  const std::string_view microseconds =
      microseconds_of({event.source, event.source_members}, scratch_);
  if (microseconds.empty()) return;
  if (microseconds != last_.ts_us) {
    last_.ts_us.assign(microseconds);
    const auto value = base::parse_signed(microseconds);
    last_.text = value ? base::format_utc(*value) : std::string();
  }
  if (last_.text.empty()) return;
  out += R"(,"_CDC_COMMIT_TS":")";
  out += last_.text;
  out += '"';
}

// The key under its Snowflake column names: what a MERGE compares with the columns.
std::string RowEncoder::append_key(std::string& out,
                                   std::string_view name,
                                   const ndjson::Object& key) {
  if (key.text.empty()) return {};
  out += ",\"";
  out += name;
  out += "\":{";
  std::string reason = append_members(out, key);
  out += '}';
  return reason;
}

std::string RowEncoder::append_unchanged(std::string& out, std::string_view names) {
  if (names.empty()) return {};
  out += R"(,"_CDC_UNCHANGED":[)";
  ndjson::ArrayCursor cursor(names);
  std::string_view token;
  while (cursor.next(token)) {
    if (token.size() < 2) return "member \"unchanged\" is no list of names";
    const std::size_t index = column_of(kUnknown, token.substr(1, token.size() - 2));
    if (index == kUnknown) return "column " + std::string(token) + " is not in the target table";
    if (out.back() != '[') out += ',';
    const std::string& fragment = columns_[index].fragment;
    out.append(fragment, 0, fragment.size() - 1);
  }
  out += ']';
  return {};
}

std::string RowEncoder::append_image(std::string& out, const event::Event& event) {
  if (event.op == 't') return {};
  if (event.op != 'd')
    return event.after.empty() ? std::string{}
                               : append_members(out, {event.after, event.after_members});
  // A delete may carry no old row at all; its key is enough.
  if (event.before.empty()) {
    return event.key.empty() ? std::string{} : append_members(out, {event.key, event.key_members});
  }
  return append_members(out, {event.before, event.before_members});
}

std::string RowEncoder::append_changes(std::string& out, const event::Event& event) {
  std::string reason = append_image(out, event);
  if (reason.empty()) reason = append_unchanged(out, event.unchanged);
  if (reason.empty()) reason = append_key(out, kOldKey, event.old_key);
  if (reason.empty()) reason = append_key(out, kNewKey, event.new_key);
  return reason;
}

void RowEncoder::append_metadata(std::string& out,
                                 const event::Event& event,
                                 std::string_view kafka) {
  out += R"("RECORD_METADATA":{)";
  ndjson::ObjectCursor cursor(kafka.empty() ? std::string_view("{}") : kafka);
  ndjson::Member member;
  while (cursor.next(member)) {
    if (out.back() != '{') out += ',';
    out += member.name == "timestamp" ? std::string_view(R"("CreateTime":)") : std::string_view();
    if (member.name != "timestamp") {
      out += '"';
      out += member.name;
      out += "\":";
    }
    out += member.value;
  }
  if (out.back() != '{') out += ',';
  out += R"("SnowflakeConnectorPushTime":)";
  out += std::to_string(base::unix_milliseconds());
  std::string_view key = event.key;
  if (key.empty() && !kafka.empty())
    key = ndjson::find_member({event.line, event.row_members}, "key");
  if (!key.empty() && !ndjson::is_null(key)) {
    out += R"(,"key":)";
    out += key;
  }
  if (!event.pos.empty()) {
    out += R"(,"headers":{"cdc.pos":")";
    out += event.pos;
    out += "\"}";
  }
  out += '}';
}

// Of a table without a journal's columns RECORD_METADATA says what happened to the row, and which
// values did not come along.
void RowEncoder::append_fate(std::string& out,
                             std::string_view operation,
                             std::string_view unchanged) const {
  if (settings_.layout == Layout::variant) return;
  out.pop_back();
  if (!operation.empty()) out.append(R"(,"op":)").append(operation);
  if (!unchanged.empty()) out.append(R"(,"unchanged":)").append(unchanged);
  out += '}';
}

void RowEncoder::append_content(std::string& out, const event::Event& event, bool is_event) {
  const std::string_view kafka =
      is_event ? event.kafka : ndjson::find_member({event.line, event.row_members}, "kafka");
  append_metadata(out, event, kafka);
  out += R"(,"RECORD_CONTENT":)";
  if (is_event) {
    event::append_debezium_value(out, event);
    return;
  }
  if (kafka.empty()) {
    out += event.line;
    return;
  }
  out += '{';
  ndjson::ObjectCursor cursor({event.line, event.row_members});
  ndjson::Member member;
  while (cursor.next(member)) {
    if (event::is_our_member(member.name)) continue;
    if (out.back() != '{') out += ',';
    out += '"';
    out += member.name;
    out += "\":";
    out += member.value;
  }
  out += '}';
}

namespace {

// Why a document of the variant layout cannot be stored.
std::string document_problem(std::string_view row) {
  if (is_unreadable(row)) return kUnreadable;
  return row.size() > kLargestText ? "it is larger than 16 MB, the limit of a document" : "";
}

// Ends the row that began at `start`, or takes it back where there is a reason against it.
std::string end_row(std::string& out, std::size_t start, std::string reason) {
  if (!reason.empty()) {
    out.resize(start);
    return reason;
  }
  if (out.back() == ',') out.pop_back();
  out += "}\n";
  return {};
}

}  // namespace

std::string RowEncoder::encode_event(std::string& out,
                                     const event::Event& event,
                                     const event::RowPosition& row,
                                     std::string_view channel) {
  const std::size_t start = out.size();
  out += '{';
  out += settings_.constants;
  std::string reason;
  if (settings_.layout == Layout::variant) {
    append_content(out, event, true);
    reason = document_problem(std::string_view(out).substr(start));
  } else if (settings_.layout == Layout::columns) {
    if (has_metadata_) {
      append_metadata(out, event, event.kafka);
      const std::array<char, 3> operation{'"', event.op, '"'};
      append_fate(out, {operation.data(), operation.size()}, event.unchanged);
    } else if (event.op == 'd' || event.op == 't') {
      reason = kLikeAnInsert;
    }
    if (reason.empty()) reason = append_image(out, event);
  } else {
    out += R"("_CDC_POS":")";
    event::append_position(out, row.position);
    out += R"(","_CDC_OP":")";
    out += event.op;
    out += '"';
    if (has_channel_ && !channel.empty()) {
      out += R"(,"_CDC_CHANNEL":)";
      ndjson::append_string(out, channel);
    }
    append_commit_time(out, event);
    reason = append_changes(out, event);
  }
  return end_row(out, start, std::move(reason));
}

std::string RowEncoder::encode_row(std::string& out, const event::Event& row) {
  const std::size_t start = out.size();
  out += '{';
  out += settings_.constants;
  std::string reason;
  if (settings_.layout == Layout::variant) {
    append_content(out, row, false);
    reason = document_problem(std::string_view(out).substr(start));
  } else {
    reason = append_plain_members(out, row);
    if (reason.empty() && has_metadata_) {
      if (out.back() != '{' && out.back() != ',') out += ',';
      append_metadata(out, row, ndjson::find_member({row.line, row.row_members}, "kafka"));
      if (!flat_.unchanged.empty()) flat_.unchanged += ']';
      append_fate(out, flat_.operation, flat_.unchanged);
    }
  }
  return end_row(out, start, std::move(reason));
}

}  // namespace cdckit::snow_put
