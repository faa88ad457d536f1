#include "tools/opensky-fetch/rows/state_row.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

constexpr std::size_t kFewestElements = 16;
constexpr std::size_t kSensors = 12;
constexpr std::size_t kTimeGrowth = 12;  // 1533114000 -> "2018-08-01T09:00:00Z"
constexpr std::size_t kSnapshotTimeBytes = 24;

bool is_nested(std::string_view value) {
  return value.front() == '[' || value.front() == '{';
}

// Padded to eight characters by the service; all blanks mean that it is not known.
void append_callsign(std::string& out, std::string_view token, std::string& scratch) {
  if (token.front() != '"') throw Malformed(fmt::format("callsign is {}", token));
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

bool StateCursor::next(StateVector& state) {
  const std::size_t begin = rest_.find_first_not_of(" \t\r\n,");
  if (begin == std::string_view::npos || rest_[begin] == ']') return false;
  if (rest_[begin] != '[') throw Malformed("a state is no array");
  rest_.remove_prefix(begin);
  ndjson::ArrayCursor cursor(rest_);
  const char* end = rest_.data() + 1;  // of the last value
  std::size_t count = 0;
  for (std::string_view value; cursor.next(value); ++count) {
    end = value.data() + value.size();
    if (count >= kMostElements) continue;
    if (is_nested(value) && count != kSensors) {
      throw Malformed(fmt::format("element {} of a state is nested", count));
    }
    state[count] = value;
  }
  if (count < kFewestElements) throw Malformed(fmt::format("a state has {} elements", count));
  if (state[0].size() < 3 || state[0].front() != '"') throw Malformed("a state has no address");
  for (; count < kMostElements; ++count) state[count] = "null";
  rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
  rest_.remove_prefix(rest_.find(']') + 1);
  return true;
}

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

void RowWriter::append(std::string& out, const StateVector& state) {
  for (const Column& column : columns_) {
    out += column.prefix;
    append_value(out, column.field, state[column.field.index]);
  }
  out += "}\n";
}

void RowWriter::append_value(std::string& out, const Field& field, std::string_view value) {
  switch (field.kind) {
    case FieldKind::plain:
    case FieldKind::nested:
      out += value;
      return;
    case FieldKind::callsign:
      if (value == "null") {
        out += value;
      } else {
        append_callsign(out, value, scratch_);
      }
      return;
    case FieldKind::time:
      if (!time_text_.append(out, value))
        throw Malformed(fmt::format("{} is {}", field.name, value));
      return;
    case FieldKind::snapshot_time:
      out += snapshot_time_;
      return;
  }
}

}  // namespace cdckit::opensky_fetch
