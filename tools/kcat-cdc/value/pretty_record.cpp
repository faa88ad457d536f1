#include "tools/kcat-cdc/value/pretty_record.hpp"

#include "common/base/clock.hpp"
#include "common/cli/text_table.hpp"
#include "common/event/terminal_line.hpp"
#include "common/ndjson/text.hpp"

#include <fmt/format.h>

namespace cdckit::kcat_cdc {

namespace {

using event::terminal::cut;
using event::terminal::disarm;
using event::terminal::kBold;
using event::terminal::kDim;
using event::terminal::kGreen;
using event::terminal::kPlain;
using event::terminal::kRed;
using event::terminal::word_of;

// On one line, cut, and without what terminals obey.
std::string shown(std::string_view value) {
  std::string out = cli::printable(value);
  disarm(out, 0);
  cut(out, 0);
  return out;
}

bool is_object(std::string_view value) {
  return value.starts_with('{');
}

std::string_view text_of(std::string_view token) {
  return token.size() >= 2 && token.front() == '"' ? token.substr(1, token.size() - 2) : token;
}

}  // namespace

void PrettyRecord::paint(std::string& out, std::string_view text, std::string_view color) const {
  event::terminal::paint(out, text, color, color_);
}

void PrettyRecord::append(std::string& out,
                          std::string_view line,
                          const kafka::Record& record) const {
  const std::string time =
      record.timestamp_ms > 0 ? base::format_utc(record.timestamp_ms * 1'000) + " " : "";
  paint(
      out, fmt::format("{}{}[{}]@{} ", time, record.topic, record.partition, record.offset), kDim);
  const std::string_view op = text_of(ndjson::find_member(line, "op"));
  if (op.size() == 1 && is_object(ndjson::find_member(line, "source"))) {
    append_event(out, line, op);
  } else {
    append_columns(out, line, "kafka");
  }
  if (out.ends_with(' ')) out.pop_back();
  out += '\n';
}

void PrettyRecord::append_event(std::string& out,
                                std::string_view line,
                                std::string_view op) const {
  const auto [word, color] = word_of(op.front());
  const std::string_view source = ndjson::find_member(line, "source");
  const std::string_view key = ndjson::find_member(line, "key");
  const std::string_view before = ndjson::find_member(line, "before");
  const std::string_view after = ndjson::find_member(line, "after");
  paint(out, word, color);
  out += ' ' + shown(text_of(ndjson::find_member(source, "schema"))) + '.' +
         shown(text_of(ndjson::find_member(source, "table"))) + ' ';
  if (is_object(key)) {
    if (color_) out += kBold;
    append_columns(out, key, {});
    if (color_) out += kPlain;
  }
  if (is_object(after)) {
    append_changes(out, before, after);
  } else if (is_object(before) && !is_object(key)) {
    append_columns(out, before, {});
  }
}

void PrettyRecord::append_columns(std::string& out,
                                  std::string_view object,
                                  std::string_view without) const {
  ndjson::ObjectCursor cursor{ndjson::Object(object)};
  ndjson::Member member;
  while (cursor.next(member)) {
    if (!without.empty() && member.name == without) continue;
    out += shown(member.name) + '=' + shown(member.value) + ' ';
  }
}

// With the old row at hand only the columns that differ.
void PrettyRecord::append_changes(std::string& out,
                                  std::string_view before,
                                  std::string_view after) const {
  ndjson::ObjectCursor cursor{ndjson::Object(after)};
  ndjson::Member member;
  while (cursor.next(member)) {
    const std::string_view old =
        is_object(before) ? ndjson::find_member(before, member.name) : std::string_view();
    if (!old.empty() && old == member.value) continue;
    out += shown(member.name) + '=';
    if (!old.empty()) {
      paint(out, shown(old), kRed);
      out += "→";
    }
    paint(out, shown(member.value), old.empty() ? std::string_view() : kGreen);
    out += ' ';
  }
}

}  // namespace cdckit::kcat_cdc
