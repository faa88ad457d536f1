#include "tools/opensky-fetch/rows/row_writer.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"
#include "tools/opensky-fetch/rows/snapshot.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

constexpr std::size_t kTimeGrowth = 12;  // 1533114000 -> "2018-08-01T09:00:00Z"
constexpr std::size_t kSnapshotTimeBytes = 24;
constexpr std::size_t kLongestExcerpt = 40;

// Valid JSON tells its type by its first character.
bool fits(FieldKind kind, char first) {
  if (first == 'n') return true;  // null
  if (kind == FieldKind::text) return first == '"';
  if (kind == FieldKind::boolean) return first == 't' || first == 'f';
  return first == '-' || (first >= '0' && first <= '9');
}

[[noreturn]] void refuse(const Field& field, std::string_view value) {
  throw Malformed(fmt::format("{} is {}", field.name, value.substr(0, kLongestExcerpt)));
}

// Padded to eight characters by the service; all blanks mean that it is not known.
void append_callsign(std::string& out, std::string_view token, std::string& scratch) {
  const bool escaped = token.find('\\') != std::string_view::npos;
  const std::string_view text =
      base::trim(escaped ? ndjson::unescape(token, scratch) : token.substr(1, token.size() - 2));
  if (text.empty()) {
    out += "null";
  } else if (escaped) {
    ndjson::append_string(out, text);
  } else {
    out += '"';
    out += text;
    out += '"';
  }
}

}  // namespace

RowWriter::RowWriter(const std::vector<Field>& fields, TimeFormat format) : time_text_(format) {
  for (const Field& field : fields) {
    columns_.push_back({fmt::format("{}\"{}\":", columns_.empty() ? '{' : ',', field.name), field});
    fixed_bytes_ += columns_.back().prefix.size();
    if (field.kind == FieldKind::time) fixed_bytes_ += kTimeGrowth;
    if (field.kind == FieldKind::snapshot_time) fixed_bytes_ += kSnapshotTimeBytes;
  }
}

void RowWriter::begin_snapshot(std::int64_t time) {
  snapshot_time_.clear();
  (void)time_text_.append(snapshot_time_, std::to_string(time));
}

std::size_t RowWriter::estimate(std::string_view states) const {
  const auto rows = static_cast<std::size_t>(std::count(states.begin(), states.end(), ']'));
  return states.size() + rows * fixed_bytes_;
}

void RowWriter::append(std::string& out, const RowValues& values) {
  for (const Column& column : columns_) {
    out += column.prefix;
    append_value(out, column.field, values[column.field.index]);
  }
  out += "}\n";
}

void RowWriter::append_value(std::string& out, const Field& field, std::string_view value) {
  switch (field.kind) {
    case FieldKind::text:
    case FieldKind::number:
    case FieldKind::boolean:
      if (!fits(field.kind, value.front())) refuse(field, value);
      out += value;
      return;
    case FieldKind::nested:
      out += value;
      return;
    case FieldKind::callsign:
      if (!fits(FieldKind::text, value.front())) refuse(field, value);
      if (value == "null") {
        out += value;
      } else {
        append_callsign(out, value, scratch_);
      }
      return;
    case FieldKind::time:
      if (!time_text_.append(out, value)) refuse(field, value);
      return;
    case FieldKind::snapshot_time:
      out += snapshot_time_;
      return;
  }
}

}  // namespace cdckit::opensky_fetch
