#include "tools/walcat/pretty/pretty_line.hpp"

#include "common/base/clock.hpp"
#include "common/base/hex.hpp"
#include "common/base/json_string.hpp"
#include "common/event/position.hpp"
#include "common/event/terminal_line.hpp"
#include "common/ndjson/text.hpp"

#include <algorithm>
#include <array>

namespace cdckit::walcat {
namespace {

using event::terminal::cut;
using event::terminal::disarm;
using event::terminal::kBold;
using event::terminal::kDim;
using event::terminal::kGreen;
using event::terminal::kLongest;
using event::terminal::kPlain;
using event::terminal::kRed;
using event::terminal::word_of;

bool in_key(const Table& table, std::size_t index) {
  return std::find(table.key.begin(), table.key.end(), index) != table.key.end();
}

bool same(const Value& left, const Value& right) {
  return left.kind == right.kind && left.bytes == right.bytes;
}

bool has_both_rows(const Row& row) {
  return row.op == 'u' && !row.before.empty() && !row.before_is_key;
}

std::string hex(std::string_view bytes) {
  return "\\x" + base::to_hex(bytes.substr(0, kLongest / 2)) +
         (bytes.size() > kLongest / 2 ? "…" : "");
}

}  // namespace

void PrettyLine::paint(std::string& out, std::string_view text, std::string_view color) const {
  event::terminal::paint(out, text, color, color_);
}

void PrettyLine::set_context(const LineContext& context) {
  time_ = base::format_utc(context.unix_us);
  commit_ = context.pos_lsn;
}

void PrettyLine::append_head(std::string& out, std::uint64_t lsn, std::string_view word) const {
  paint(out, time_ + " " + event::lsn_text(lsn), kDim);
  out += ' ';
  const auto color = [&] {
    for (const char op : kOps)
      if (word_of(op).text == word) return word_of(op).color;
    return kDim;
  }();
  paint(out, word, color);
}

void PrettyLine::append_value(std::string& out, const Column& column, const Value& value) const {
  if (value.kind == 'u') return paint(out, "(unchanged)", kDim);
  if (value.kind == 'n') return paint(out, "null", kDim);
  require_text(column, value);
  const auto begin = out.size();
  column.form.codec.append(out, value.bytes, column.form.codec);
  cut(out, begin);
}

void PrettyLine::append_key(std::string& out,
                            const Table& table,
                            std::span<const Value> values) const {
  for (const auto index : table.key) {
    out += ' ';
    if (color_) out += kBold;
    ndjson::append_escaped(out, table.columns[index].name);
    out += '=';
    append_value(out, table.columns[index], values[index]);
    if (color_) out += kPlain;
  }
}

void PrettyLine::append_change(std::string& out, const Row& row, std::size_t index) const {
  const Column& column = row.table->columns[index];
  out += ' ';
  ndjson::append_escaped(out, column.name);
  out += '=';
  if (!has_both_rows(row)) {
    return append_value(out, column, row.after.empty() ? row.before[index] : row.after[index]);
  }
  if (color_) out += kRed;
  append_value(out, column, row.before[index]);
  if (color_) out += kPlain;
  out += "→";
  if (color_) out += kGreen;
  append_value(out, column, row.after[index]);
  if (color_) out += kPlain;
}

void PrettyLine::append_rest(std::string& out, const Row& row) const {
  const Table& table = *row.table;
  const bool both = has_both_rows(row);
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (!table.columns[i].shown || in_key(table, i)) continue;
    if (row.after.empty() && row.before_is_key && !table.columns[i].key) continue;
    if (both && same(row.before[i], row.after[i])) continue;
    append_change(out, row, i);
  }
}

void PrettyLine::append_other_key(std::string& out, const Row& row) const {
  const bool is_new = !row.new_key.empty();
  if (!is_new && row.old_key.empty()) return;
  out += is_new ? " (becomes" : " (was";
  append_key(out, *row.table, is_new ? row.new_key : row.old_key);
  out += ')';
}

void PrettyLine::append(std::string& out, const Row& row) const {
  const auto begin = out.size();
  const Table& table = *row.table;
  append_head(out, row.lsn, word_of(row.op).text);
  out += ' ';
  ndjson::append_escaped(out, table.shape.schema);
  out += '.';
  ndjson::append_escaped(out, table.shape.table);
  if (!row.key_values.empty()) append_key(out, table, row.key_values);
  append_other_key(out, row);
  if (!row.after.empty() || !row.before.empty()) append_rest(out, row);
  disarm(out, begin);
  out += '\n';
}

void PrettyLine::append_message(std::string& out,
                                std::uint64_t lsn,
                                std::string_view prefix,
                                std::string_view content) const {
  const auto begin = out.size();
  append_head(out, lsn, word_of('m').text);
  out += ' ';
  ndjson::append_escaped(out, prefix);
  out += ' ';
  const auto value = out.size();
  if (base::to_valid_utf8(content) == content) {
    ndjson::append_string(out, content);
    cut(out, value);
  } else {
    out += hex(content);
  }
  disarm(out, begin);
  out += '\n';
}

void PrettyLine::append_border(std::string& out,
                               std::string_view word,
                               const std::string& detail) const {
  append_head(out, commit_, word);
  out += ' ';
  paint(out, detail, kDim);
  out += '\n';
}

}  // namespace cdckit::walcat
