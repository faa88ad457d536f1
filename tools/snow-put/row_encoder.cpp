#include "tools/snow-put/row_encoder.hpp"

#include "common/base/clock.hpp"
#include "common/base/text.hpp"
#include "common/event/source.hpp"
#include "common/ndjson/text.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-put/journal_ddl.hpp"
#include "tools/snow-put/value_encoder.hpp"

#include <utility>

namespace cdckit::snow_put {
namespace {

constexpr std::size_t kUnknown = static_cast<std::size_t>(-1);

std::string_view microseconds_of(const ndjson::Object& source, std::string& scratch) {
  if (source.text.empty()) return {};
  const std::string_view microseconds = event::read_source(source).ts_us;
  if (!microseconds.empty()) return microseconds;
  // Debezium before 2.6 knows milliseconds only.
  const std::string_view milliseconds = ndjson::find_member(source, "ts_ms");
  if (milliseconds.empty() || milliseconds == "null") return {};
  scratch.assign(milliseconds);
  scratch += "000";
  return scratch;
}

}  // namespace

RowEncoder::RowEncoder(const snow::TableDescription& table) {
  for (const snow::TableColumn& column : table.columns) {
    Column target;
    ndjson::append_string(target.fragment, column.name);
    target.fragment += ':';
    target.type = column.parsed;
    target.name = column.name;
    columns_.push_back(std::move(target));
  }
}

std::size_t RowEncoder::look_up(std::string_view raw_name) {
  std::string token = "\"" + std::string(raw_name) + "\"";
  std::string text;
  ndjson::append_unescaped(text, token);
  const std::string name = snow::stored_name(text);
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
  if (column != kUnknown) members_.push_back({std::string(raw_name), column});
  return column;
}

std::string RowEncoder::append_members(std::string& out, std::string_view object) {
  ndjson::ObjectCursor cursor(object);
  ndjson::Member member;
  for (std::size_t place = 0; cursor.next(member); ++place) {
    const std::size_t index = column_of(place, member.name);
    if (index == kUnknown) {
      return "column \"" + std::string(member.name) + "\" is not in the target table";
    }
    const Column& column = columns_[index];
    if (out.back() != '{') out += ',';
    out += column.fragment;
    append_value(out, column.type, member.value);
  }
  return {};
}

void RowEncoder::append_position(std::string& out, const RowPosition& row) const {
  out += R"("_CDC_POS":")";
  event::append_position(out, row.position);
  out += '"';
}

void RowEncoder::append_commit_time(std::string& out, const ndjson::Object& source) {
  const std::string_view microseconds = microseconds_of(source, scratch_);
  if (microseconds.empty()) return;
  if (microseconds != last_ts_us_) {
    last_ts_us_.assign(microseconds);
    const auto value = base::parse_signed(microseconds);
    last_commit_time_ = value ? base::format_utc(*value) : std::string();
  }
  if (last_commit_time_.empty()) return;
  out += R"(,"_CDC_COMMIT_TS":")";
  out += last_commit_time_;
  out += '"';
}

// The key under its Snowflake column names: what a MERGE compares with the columns.
std::string RowEncoder::append_key(std::string& out, std::string_view name, std::string_view key) {
  if (key.empty()) return {};
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

std::string RowEncoder::encode_event(std::string& out,
                                     const event::Event& event,
                                     const RowPosition& row) {
  const std::size_t start = out.size();
  out += '{';
  append_position(out, row);
  out += R"(,"_CDC_OP":")";
  out += event.op;
  out += '"';
  append_commit_time(out, {event.source, event.source_members});
  const std::string_view image = event.op == 'd' ? event.before : event.after;
  std::string reason;
  if (event.op != 't' && !image.empty()) reason = append_members(out, image);
  // A delete may carry no old row at all; its key is enough.
  if (event.op == 'd' && image.empty()) reason = append_members(out, event.key);
  if (reason.empty()) reason = append_unchanged(out, event.unchanged);
  if (reason.empty()) reason = append_key(out, kOldKey, event.old_key);
  if (reason.empty()) reason = append_key(out, kNewKey, event.new_key);
  if (!reason.empty()) {
    out.resize(start);
    return reason;
  }
  out += "}\n";
  return {};
}

std::string RowEncoder::encode_row(std::string& out, std::string_view object) {
  const std::size_t start = out.size();
  out += '{';
  std::string reason = append_members(out, object);
  if (!reason.empty()) {
    out.resize(start);
    return reason;
  }
  out += "}\n";
  return {};
}

}  // namespace cdckit::snow_put
