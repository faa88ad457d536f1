#include "tools/walcat/snapshot/snapshot.hpp"

#include "common/base/clock.hpp"
#include "common/base/text.hpp"
#include "common/event/control.hpp"
#include "common/log/log.hpp"
#include "tools/walcat/stream/start_plan.hpp"

namespace cdckit::walcat {

std::string copy_statement(const PublishedTable& source) {
  const auto& relation = source.relation;
  std::string columns;
  for (const auto& column : relation.columns) {
    columns += (columns.empty() ? "" : ", ") + pg::quote_identifier(column.name);
  }
  const std::string name = pg::quote_name(relation.schema, relation.table);
  if (!source.partitioned && source.condition.empty())
    return "COPY " + name + " (" + columns + ") TO STDOUT";
  // a plain table's children are published for themselves
  const std::string from = (source.partitioned ? "" : "ONLY ") + name;
  const std::string where = source.condition.empty() ? "" : " WHERE " + source.condition;
  return "COPY (SELECT " + columns + " FROM " + from + where + ") TO STDOUT";
}

std::string_view snapshot_word(const RowPlace& place) noexcept {
  if (place.last_of_all) return "last";
  if (place.first_of_all) return "first";
  if (place.last_in_table) return "last_in_data_collection";
  return place.first_in_table ? "first_in_data_collection" : "true";
}

void import_snapshot(pg::Connection& connection, const std::string& snapshot) {
  connection.execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0");
  connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  connection.execute("SET TRANSACTION SNAPSHOT " + connection.quote_literal(snapshot));
}

Snapshot::Snapshot(SnapshotSettings settings,
                   pg::Connection& connection,
                   Changes& changes,
                   Delivery& delivery)
    : settings_(std::move(settings)),
      connection_(connection),
      changes_(changes),
      delivery_(delivery),
      line_(settings_.identity) {
  context_.pos_lsn = settings_.consistent_point - 1;
  context_.unix_us = base::unix_microseconds();
  const auto xid = connection_.query("SELECT pg_snapshot_xmax(pg_current_snapshot())");
  context_.xid = base::parse_unsigned(xid.at(0, 0)).value_or(0);
  context_.snapshot = "";
}

bool Snapshot::run(const std::vector<PublishedTable>& tables) {
  delivery_.reached(0, std::string(kSnapshotPrefix) + base::hex16(settings_.consistent_point));
  for (const auto& source : tables) {
    if (source.relation.columns.empty()) continue;  // nothing that a row could say
    if (!read_table(source)) return false;
  }
  print_held(true, true);
  return true;
}

bool Snapshot::read_table(const PublishedTable& source) {
  Table& table = changes_.snapshot_table(source.relation);
  // behind the row of an earlier table that is still held back
  std::string& before = held_table_ == nullptr ? delivery_.lines() : held_after_;
  changes_.print_schema(table, before);
  print_border(table, "begin", 0, before);
  table_rows_ = 0;
  connection_.begin_copy_out(copy_statement(source));
  while (const auto line = connection_.next_copy()) {
    take_row(table, *line);
    if (!go_on()) return false;
  }
  std::string& after = held_table_ == nullptr ? delivery_.lines() : held_after_;
  print_border(table, "end", table_rows_, after);
  log::info("read " + std::to_string(table_rows_) + " rows of \"" + table.shape.schema + "." +
            table.shape.table + '"');
  return true;
}

void Snapshot::take_row(Table& table, std::string_view line) {
  if (held_table_ != nullptr) print_held(held_table_ != &table, false);
  held_.assign(line);
  held_table_ = &table;
  held_first_in_table_ = table_rows_++ == 0;
}

void Snapshot::print_held(bool last_in_table, bool last_of_all) {
  if (held_table_ != nullptr) {
    ++ordinal_;
    set_word(snapshot_word({.first_of_all = ordinal_ == 1,
                            .first_in_table = held_first_in_table_,
                            .last_in_table = last_in_table,
                            .last_of_all = last_of_all}));
    const auto& values = row_.parse(held_);
    line_.append(delivery_.lines(),
                 {.table = held_table_,
                  .op = 'r',
                  .ordinal = ordinal_,
                  .lsn = settings_.consistent_point,
                  .key_values = values,
                  .after = values});
    changes_.add_line(*held_table_, 'r');
  }
  delivery_.lines() += held_after_;
  held_after_.clear();
  held_table_ = nullptr;
}

void Snapshot::set_word(std::string_view word) {
  if (context_.snapshot == word) return;
  context_.snapshot = word;
  line_.set_context(context_);
}

void Snapshot::print_border(const Table& table,
                            std::string_view phase,
                            std::uint64_t rows,
                            std::string& out) {
  if (!delivery_.control()) return;
  event::append_snapshot(out,
                         {.phase = phase,
                          .schema = table.shape.schema,
                          .table = table.shape.table,
                          .scope = {},
                          .pos = base::hex16(settings_.consistent_point - 1),
                          .rows = rows});
  out += '\n';
}

// Looks at the clock and the pipe only when a batch is full.
bool Snapshot::go_on() {
  if (changes_.lines() >= settings_.limit) return false;
  if (delivery_.lines().size() < (128U << 10U)) return true;
  delivery_.set_rows(changes_.lines());
  delivery_.checkpoint();
  delivery_.submit(true);
  settings_.tick();
  return delivery_.wait_for_room(settings_.tick) && !delivery_.stopping();
}

}  // namespace cdckit::walcat
