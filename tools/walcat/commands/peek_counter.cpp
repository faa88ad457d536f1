#include "tools/walcat/commands/peek_counter.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/cli/text_table.hpp"
#include "common/event/position.hpp"
#include "common/ndjson/text.hpp"

#include <numeric>

namespace cdckit::walcat {
namespace {

constexpr std::string_view kCounted = "cudtmr";

// The value of a member of a control line that walcat itself printed: a number, or text that holds
// nothing but digits.
std::string_view plain_member(std::string_view line, std::string_view name) {
  const std::string wanted = "\"" + std::string(name) + "\":";
  const auto at = line.find(wanted);
  if (at == std::string_view::npos) return {};
  std::string_view rest = line.substr(at + wanted.size());
  const bool quoted = rest.starts_with('"');
  if (quoted) rest.remove_prefix(1);
  return rest.substr(0, rest.find_first_of(quoted ? "\"" : ",}"));
}

std::string shown_table(const std::string& table) {
  return table.empty() ? "(messages)" : table;
}

}  // namespace

void TableCount::add(char op, std::size_t size) {
  const auto place = kCounted.find(op);
  if (place != std::string_view::npos) ++ops.at(place);
  bytes += size;
}

void TableCount::add(const TableCount& other) {
  for (std::size_t i = 0; i < ops.size(); ++i) ops.at(i) += other.ops.at(i);
  bytes += other.bytes;
  ++transactions;
}

std::uint64_t TableCount::events() const {
  return std::accumulate(ops.begin(), ops.end(), std::uint64_t{0});
}

std::vector<TransactionCount> PeekCounter::take(std::string_view line) {
  if (line.starts_with(event::kControlPrefix)) {
    const auto kind = plain_member(line, "__cdc");
    if (kind == "begin") xid_ = plain_member(line, "txId");
    if (kind == "commit")
      return take_commit(plain_member(line, "pos"), plain_member(line, "ts_us"));
    return {};
  }
  event::LineKind kind{};
  event::Event event;
  const char* const wrong = decoder_.decode(line, false, kind, event);
  if (wrong != nullptr)
    throw base::Error(base::ErrorKind::bug, std::string("could not count a line: ") + wrong);
  if (kind == event::LineKind::event) take_event(event);
  return {};
}

void PeekCounter::take_event(const event::Event& event) {
  const event::Source source = source_.read(event);
  std::string table;
  if (event.op != 'm') table.append(source.schema).append(1, '.').append(source.table);
  open_[table].add(event.op, event.line.size());
}

std::vector<TransactionCount> PeekCounter::take_commit(std::string_view end,
                                                       std::string_view ts_us) {
  std::vector<TransactionCount> rows;
  for (const auto& [table, count] : open_) {
    sums_[table].add(count);
    rows.push_back({xid_, std::string(end), std::string(ts_us), table, count});
  }
  open_.clear();
  xid_.clear();
  return rows;
}

std::vector<TransactionCount> PeekCounter::finish() {
  std::vector<TransactionCount> rows = take_commit("", "");
  for (const auto& [table, count] : sums_) rows.push_back({"", "", "", table, count});
  return rows;
}

std::string summary_line(const TransactionCount& row) {
  std::string out = "{";
  const auto number = [&out](std::string_view name, std::uint64_t value) {
    ndjson::append_member(out, name, std::string_view(std::to_string(value)));
  };
  const auto text = [&out](std::string_view name, const std::string& value) {
    std::string quoted;
    if (value.empty()) {
      quoted = "null";
    } else {
      ndjson::append_string(quoted, value);
    }
    ndjson::append_member(out, name, quoted);
  };
  if (row.xid.empty()) {
    text("table", row.table);
    number("transactions", row.count.transactions);
  } else {
    ndjson::append_member(out, "transaction", row.xid);
    text("end", row.end);
    ndjson::append_member(out, "ts_us", std::string_view(row.ts_us.empty() ? "null" : row.ts_us));
    text("table", row.table);
  }
  number("events", row.count.events());
  for (std::size_t i = 0; i < row.count.ops.size(); ++i) {
    if (kCounted[i] != 'r') number(kCounted.substr(i, 1), row.count.ops.at(i));
  }
  number("bytes", row.count.bytes);
  out.back() = '}';
  return out;
}

std::string summary_table(const std::vector<TransactionCount>& rows) {
  using Align = cli::TextTable::Align;
  cli::TextTable table({{"TRANSACTION"},
                        {"COMMITTED"},
                        {"END"},
                        {"TABLE"},
                        {"EVENTS", Align::right},
                        {"INSERT", Align::right},
                        {"UPDATE", Align::right},
                        {"DELETE", Align::right},
                        {"TRUNCATE", Align::right},
                        {"SIZE", Align::right}});
  for (const auto& row : rows) {
    const auto cell = [&](std::size_t op) {
      return cli::human_count(static_cast<std::int64_t>(row.count.ops.at(op)));
    };
    const auto end = base::parse_hex(row.end);
    const auto time = base::parse_signed(row.ts_us);
    table.add({row.xid.empty() ? "all (" + std::to_string(row.count.transactions) + ")" : row.xid,
               time ? base::format_utc(*time).substr(0, 19) : "",
               end ? event::lsn_text(*end) : "",
               shown_table(row.table),
               cli::human_count(static_cast<std::int64_t>(row.count.events())),
               cell(0),
               cell(1),
               cell(2),
               cell(3),
               cli::human_bytes(static_cast<std::int64_t>(row.count.bytes))});
  }
  return table.text();
}

}  // namespace cdckit::walcat
