#include "common/cli/line_table.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"
#include "common/ndjson/walker.hpp"

#include <algorithm>
#include <cctype>

namespace cdckit::cli {

namespace {

constexpr std::size_t kLongest = 40;  // a checksum is no sight

std::string heading_of(std::string_view name) {
  std::string out(name);
  for (char& c : out)
    c = c == '_' ? ' ' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

bool is_number(std::string_view token) {
  return !token.empty() && (token.front() == '-' || (token.front() >= '0' && token.front() <= '9'));
}

std::string shown(std::string_view token) {
  if (token.empty() || token == "null") return {};
  std::string scratch;
  if (token.front() == '"') return std::string(ndjson::unescape(token, scratch));
  const auto whole = is_number(token) ? base::parse_signed(token) : std::nullopt;
  return whole ? human_count(*whole) : std::string(token);
}

std::string shortened(std::string text) {
  if (text.size() <= kLongest) return text;
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

}  // namespace

std::size_t LineTable::column(std::string_view name, bool number) {
  const std::string heading = heading_of(name);
  const auto known = std::find_if(
      columns_.begin(), columns_.end(), [&](const auto& one) { return one.heading == heading; });
  if (known != columns_.end()) return static_cast<std::size_t>(known - columns_.begin());
  columns_.push_back({heading, number ? TextTable::Align::right : TextTable::Align::left});
  return columns_.size() - 1;
}

void LineTable::add(const std::string& line) {
  if (!table_) return out_.write(line);
  std::vector<std::string> cells;
  ndjson::ObjectCursor cursor{ndjson::Object(line)};
  ndjson::Member member;
  while (cursor.next(member)) {
    if (member.name == "tool") continue;  // who reads it typed it
    const std::size_t at = column(member.name, is_number(member.value));
    if (cells.size() <= at) cells.resize(at + 1);
    cells[at] = shortened(shown(member.value));
  }
  rows_.push_back(std::move(cells));
}

void LineTable::finish() {
  if (rows_.empty()) return;
  TextTable table(columns_);
  for (auto& cells : rows_) table.add(std::move(cells));
  rows_.clear();
  std::string text = table.text();
  text.pop_back();  // the writer ends lines itself
  out_.write(text);
}

}  // namespace cdckit::cli
