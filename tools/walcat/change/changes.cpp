#include "tools/walcat/change/changes.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"
#include "common/pg/binary/epoch.hpp"
#include "tools/walcat/pretty/pretty_line.hpp"

#include <algorithm>

namespace cdckit::walcat {

Changes::Changes(ChangesSettings settings,
                 TableFilter filter,
                 const Encoding& encoding,
                 DescribeTable describe)
    : settings_(std::move(settings)),
      tables_({.filter = std::move(filter),
               .encoding = encoding,
               .describe = std::move(describe),
               .has_unsent_rows = settings_.has_unsent_rows,
               .server_name = settings_.identity.name,
               .columns = settings_.columns,
               .backlog_end = settings_.backlog_end,
               .backlog_xid = settings_.backlog_xid}),
      line_(settings_.identity, encoding.message_form()) {}

void Changes::apply(const Message& message, std::uint64_t start, std::string& out) {
  switch (message.kind) {
    case 'I':
      insert(message, start, out);
      break;
    case 'U':
      update(message, start, out);
      break;
    case 'D':
      remove(message, start, out);
      break;
    case 'B':
      begin(message, out);
      break;
    case 'C':
      commit(message, out);
      break;
    case 'R':
      tables_.relation(relation_of(message), moment());
      break;
    case 'Y':
      tables_.type(message);
      break;
    case 'O':
      origin(message);
      break;
    case 'T':
      truncate(message, start, out);
      break;
    case 'M':
      this->message(message, start, out);
      break;
    default:
      throw base::Error(base::ErrorKind::protocol,
                        std::string("could not decode the stream: message '") + message.kind +
                            "' was not asked for");
  }
}

void Changes::resume() noexcept {
  skip_up_to_ = last_printed_;
  transaction_.open = false;
}

void Changes::begin(const Message& message, std::string& out) {
  if (settings_.observer != nullptr) settings_.observer->before_transaction(message, out);
  transaction_.open = true;
  transaction_.begin_printed = settings_.transactions && message.lsn == skip_up_to_.lsn;
  transaction_.ordinal = transaction_.total_order = transaction_.message_order = 0;
  transaction_.counted.clear();
  ++transaction_.number;
  context_ = {.pos_lsn = message.lsn,
              .unix_us = message.time + pg::kEpochMicroseconds,
              .xid = message.xid,
              .last_commit = last_end_,
              .snapshot = "false",
              .origin = {},
              .origin_lsn = 0};
  line_.set_context(context_);
}

void Changes::origin(const Message& message) {
  origin_ = message.name;
  context_.origin = origin_;
  context_.origin_lsn = message.lsn;
  line_.set_context(context_);
}

void Changes::commit(const Message& message, std::string& out) {
  if (transaction_.begin_printed) print_commit(message, out);
  transaction_.open = false;
  last_end_ = message.end_lsn;
  tables_.passed(last_end_);
}

void Changes::insert(const Message& message, std::uint64_t start, std::string& out) {
  Table& table = tables_.at(message.relation, moment());
  print(table,
        {.op = 'c', .lsn = start, .key_values = message.new_values, .after = message.new_values},
        out);
}

namespace {

// An old key tuple holds the identity only: of a key that --key chose elsewhere it says nothing.
bool sends_key(const Table& table, char old_kind) {
  return old_kind == 'O' || std::all_of(table.key.begin(), table.key.end(), [&](std::size_t index) {
           return table.columns[index].key;
         });
}

}  // namespace

void Changes::update(const Message& message, std::uint64_t start, std::string& out) {
  Table& table = tables_.at(message.relation, moment());
  Row row{.op = 'u', .lsn = start, .key_values = message.new_values, .after = message.new_values};
  if (message.old_kind == 0 || !table.selected) {
    print(table, row, out);
    if (message.old_kind != 0) ++transaction_.ordinal;
    return;
  }
  // the old row knows what the new one leaves out as unchanged
  values_ = message.new_values;
  const auto width = std::min({values_.size(), message.old_values.size(), table.columns.size()});
  for (std::size_t i = 0; i < width; ++i) {
    const bool sent = message.old_kind == 'O' || table.columns[i].key;
    if (values_[i].kind == 'u' && sent) values_[i] = message.old_values[i];
  }
  row.key_values = row.after = values_;
  row.before = message.old_values;
  row.before_is_key = message.old_kind == 'K';
  if (!sends_key(table, message.old_kind) || same_key(table, message.old_values, values_)) {
    print(table, row, out);
    ++transaction_.ordinal;  // an update with an old row takes two, whether its key changed or not
  } else {
    key_change(table, row, out);
  }
}

// Two lines, as Debezium has it: the old key is deleted, the new one created.
void Changes::key_change(Table& table, Row row, std::string& out) {
  print(table,
        {.op = 'd',
         .lsn = row.lsn,
         .key_values = row.before,
         .new_key = row.after,
         .before = row.before,
         .before_is_key = row.before_is_key},
        out);
  print(table,
        {.op = 'c',
         .lsn = row.lsn,
         .key_values = row.after,
         .old_key = row.before,
         .after = row.after},
        out);
}

void Changes::remove(const Message& message, std::uint64_t start, std::string& out) {
  Table& table = tables_.at(message.relation, moment());
  print(table,
        {.op = 'd',
         .lsn = start,
         .key_values = message.old_values,
         .before = message.old_values,
         .before_is_key = message.old_kind == 'K'},
        out);
}

void Changes::truncate(const Message& message, std::uint64_t start, std::string& out) {
  for (const auto oid : message.relations) {
    tables_.truncated(oid);
    print(tables_.at(oid, moment()), {.op = 't', .lsn = start}, out);
  }
}

// Ordinals count what the server sent, whatever the filters leave of it: the same change has the
// same position in every run.
bool Changes::take_ordinal(Row& row) {
  row.ordinal = ++transaction_.ordinal;
  return !limit_reached() && event::Position{context_.pos_lsn, row.ordinal} > skip_up_to_;
}

void Changes::print(Table& table, Row row, std::string& out) {
  const bool wanted = take_ordinal(row);
  if (!table.selected || !settings_.ops.test(op_index(row.op))) return;
  if (settings_.transactions) {
    if (table.order_stamp != transaction_.number) begin_count(table);
    row.transaction = transaction_block(row.lsn, table.order);
  }
  if (!wanted) return;
  if (!table.announced) print_schema(table, out);
  if (settings_.transactions) print_begin(out);
  row.table = &table;
  line_.append(out, row);
  last_printed_ = {context_.pos_lsn, row.ordinal};
  add_line(table, row.op);
}

void Changes::add_lines(Table& table, char op, std::uint64_t count) noexcept {
  lines_ += count;
  table.counts[op_index(op)] += count;
}

void Changes::print_schema(Table& table, std::string& out) const {
  table.announced = true;
  if (!settings_.control) return;
  event::append_schema_line(out, table.shape);
  out += '\n';
}

void Changes::message(const Message& message, std::uint64_t start, std::string& out) {
  if ((message.flags & 1U) == 0) {
    loose_message(message, out);
    return;
  }
  Row row{.op = 'm', .lsn = start};
  const bool wanted = take_ordinal(row);
  if (message.name == kSignalPrefix) {  // to walcat, not to those who read its lines
    if (settings_.observer != nullptr) settings_.observer->signal(message.content);
    return;
  }
  if (!wanted || !settings_.ops.test(op_index('m'))) return;
  if (settings_.transactions) {
    print_begin(out);
    row.transaction = transaction_block(start, transaction_.message_order);
  }
  line_.append_message(out, row, message.name, message.content);
  last_printed_ = {context_.pos_lsn, row.ordinal};
  ++lines_;
}

// Not part of a transaction: its own LSN is its place, ordinal 0, before a commit at the same LSN.
void Changes::loose_message(const Message& message, std::string& out) {
  const event::Position position{message.lsn, 0};
  if (limit_reached() || position <= skip_up_to_ || !settings_.ops.test(op_index('m'))) return;
  // it has no time of its own: the last commit's, as Debezium does, else that of arrival
  context_ = {.pos_lsn = message.lsn,
              .unix_us = context_.unix_us != 0 ? context_.unix_us : base::unix_microseconds(),
              .xid = 0,
              .last_commit = message.lsn,
              .snapshot = "false",
              .origin = {},
              .origin_lsn = 0};
  line_.set_context(context_);
  line_.append_message(out, {.op = 'm', .lsn = message.lsn}, message.name, message.content);
  last_printed_ = position;
  ++lines_;
}

// As Debezium's transaction metadata: each id carries its own position.
std::string_view Changes::transaction_block(std::uint64_t lsn, std::uint64_t& order) {
  block_ = "{\"id\":\"" + std::to_string(context_.xid) + ":" + std::to_string(lsn) +
           "\",\"total_order\":" + std::to_string(++transaction_.total_order) +
           ",\"data_collection_order\":" + std::to_string(++order) + "}";
  return block_;
}

void Changes::print_begin(std::string& out) {
  if (transaction_.begin_printed) return;
  transaction_.begin_printed = true;
  if (line_.pretty() != nullptr) {
    return line_.pretty()->append_border(out, "BEGIN   ", std::to_string(context_.xid));
  }
  out += R"({"__cdc":"begin","txId":)" + std::to_string(context_.xid) + ",\"lsn\":\"" +
         base::hex16(context_.pos_lsn) + "\",\"ts_us\":" + std::to_string(context_.unix_us) + "}\n";
}

void Changes::begin_count(Table& table) {
  table.order = 0;
  table.order_stamp = transaction_.number;
  transaction_.counted.push_back(&table);
}

void Changes::print_commit(const Message& message, std::string& out) {
  if (line_.pretty() != nullptr) {
    const auto detail =
        std::to_string(context_.xid) + ", changes: " + std::to_string(transaction_.total_order);
    return line_.pretty()->append_border(out, "COMMIT  ", detail);
  }
  out += R"({"__cdc":"commit","txId":)" + std::to_string(context_.xid) + ",\"lsn\":\"" +
         base::hex16(message.lsn) + "\",\"pos\":\"" + base::hex16(message.end_lsn) +
         "\",\"event_count\":" + std::to_string(transaction_.total_order) +
         ",\"data_collections\":[";
  bool comma = false;
  for (const Table* table : transaction_.counted) {
    out += comma ? R"(,{"data_collection":)" : R"({"data_collection":)";
    ndjson::append_string(out, table->shape.schema + "." + table->shape.table);
    out += ",\"event_count\":" + std::to_string(table->order) + "}";
    comma = true;
  }
  out += "],\"ts_us\":" + std::to_string(context_.unix_us) + "}\n";
}

}  // namespace cdckit::walcat
