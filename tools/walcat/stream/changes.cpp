#include "tools/walcat/stream/changes.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"
#include "tools/walcat/pretty/pretty_line.hpp"
#include "tools/walcat/snapshot/incremental_state.hpp"
#include "tools/walcat/stream/lost_key.hpp"

#include <algorithm>
#include <optional>

namespace cdckit::walcat {

Changes::Changes(ChangesSettings settings,
                 TableFilter filter,
                 const Encoding& encoding,
                 DescribeTable describe)
    : settings_(std::move(settings)),
      filter_(std::move(filter)),
      encoding_(encoding),
      describe_(std::move(describe)),
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
      relation(message);
      break;
    case 'Y':
      type(message);
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
  in_transaction_ = false;
}

void Changes::begin(const Message& message, std::string& out) {
  if (settings_.observer != nullptr) settings_.observer->before_transaction(message, out);
  in_transaction_ = true;
  begin_printed_ = settings_.transactions && message.lsn == skip_up_to_.lsn;
  ordinal_ = total_order_ = message_order_ = 0;
  counted_.clear();
  ++transactions_;
  context_ = {.pos_lsn = message.lsn,
              .unix_us = message.time + kEpoch2000,
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
  if (begin_printed_) print_commit(message, out);
  in_transaction_ = false;
  last_end_ = message.end_lsn;
}

void Changes::relation(const Message& message) {
  Relation relation = relation_of(message);
  relation.xid = static_cast<std::uint32_t>(context_.xid);
  add_table(relation, false);
}

// Needed when the catalog does not have the type any more.
void Changes::type(const Message& message) {
  const bool built_in = message.schema.empty() || message.schema == "pg_catalog";
  types_[message.relation] =
      (built_in ? "" : std::string(message.schema) + ".") + std::string(message.name);
}

void Changes::name_lost_types(const Relation& relation, CatalogTable& catalog) const {
  for (std::size_t i = 0; i < relation.columns.size(); ++i) {
    if (catalog.columns[i].type_name != "???") continue;
    const auto found = types_.find(relation.columns[i].type);
    catalog.columns[i].type_name = found == types_.end() ? "text" : found->second;
    log::warning("the type of \"" + relation.schema + "." + relation.table + "." +
                 relation.columns[i].name + "\" is gone from the catalog: its values are text");
  }
}

Table& Changes::snapshot_table(const Relation& relation) {
  return add_table(relation, true);
}

// Some encodings print a value read otherwise than one streamed, and no Relation comes again only
// because rows were read. After DDL one does.
void Changes::beside_stream(const Relation& relation, const std::function<void(Table&)>& print) {
  std::optional<Table> streamed;
  if (const auto found = tables_.find(relation.oid); found != tables_.end()) {
    streamed = found->second;
  }
  Table& table = add_table(relation, true);
  print(table);
  if (!streamed || !(streamed->shape == table.shape)) return;
  streamed->announced = table.announced;
  streamed->counts = table.counts;
  table = std::move(*streamed);
}

// A Relation comes again after anything that might have changed it; only a real change is
// announced.
Table& Changes::add_table(const Relation& relation, bool snapshot) {
  last_table_ = nullptr;
  Table table = make_table(relation, snapshot);
  Table& entry = tables_[relation.oid];
  table.announced = entry.announced && entry.shape == table.shape;
  table.counts = entry.counts;
  table.order = entry.order;
  table.order_stamp = entry.order_stamp;
  entry = std::move(table);
  return entry;
}

Table Changes::make_table(const Relation& relation, bool snapshot) {
  if (!filter_.selects(relation.schema, relation.table)) {
    Table unseen;
    unseen.selected = false;
    return unseen;
  }
  CatalogTable catalog = describe_(relation);
  name_lost_types(relation, catalog);
  Table table = build_table(relation, catalog, encoding_, snapshot);
  if (settings_.columns != nullptr) settings_.columns->apply(table, relation, catalog);
  encoding_.wrap(table, settings_.identity.name);
  if (table.key.empty() && !snapshot) warn_of_lost_key(relation, catalog);
  return table;
}

// Once for each table.
void Changes::warn_of_lost_key(const Relation& relation, const CatalogTable& catalog) {
  const bool backlog = context_.pos_lsn < settings_.backlog_end;
  const auto warning = lost_key_warning(relation, catalog, backlog);
  if (!warning.empty() && warned_.insert(relation.oid).second) log::warning(warning);
}

Table& Changes::table_of(std::uint32_t oid) {
  if (last_table_ != nullptr && last_oid_ == oid) return *last_table_;
  const auto found = tables_.find(oid);
  if (found == tables_.end()) {
    throw base::Error(
        base::ErrorKind::protocol,
        "could not decode a row: relation " + std::to_string(oid) + " was not announced");
  }
  last_oid_ = oid;
  last_table_ = &found->second;
  return *last_table_;
}

void Changes::insert(const Message& message, std::uint64_t start, std::string& out) {
  Table& table = table_of(message.relation);
  print(table,
        {.op = 'c', .lsn = start, .key_values = message.new_values, .after = message.new_values},
        out);
}

void Changes::update(const Message& message, std::uint64_t start, std::string& out) {
  Table& table = table_of(message.relation);
  Row row{.op = 'u', .lsn = start, .key_values = message.new_values, .after = message.new_values};
  if (message.old_kind == 0 || !table.selected) {
    print(table, row, out);
    if (message.old_kind != 0) ++ordinal_;
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
  if (same_key(table, message.old_values, values_)) {
    print(table, row, out);
    ++ordinal_;  // an update with an old row takes two, whether its key changed or not
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
  Table& table = table_of(message.relation);
  print(table,
        {.op = 'd',
         .lsn = start,
         .key_values = message.old_values,
         .before = message.old_values,
         .before_is_key = message.old_kind == 'K'},
        out);
}

void Changes::truncate(const Message& message, std::uint64_t start, std::string& out) {
  for (const auto oid : message.relations) print(table_of(oid), {.op = 't', .lsn = start}, out);
}

// Ordinals count what the server sent, whatever the filters leave of it: the same change has the
// same position in every run.
bool Changes::take_ordinal(Row& row) {
  row.ordinal = ++ordinal_;
  return !limit_reached() && event::Position{context_.pos_lsn, row.ordinal} > skip_up_to_;
}

void Changes::print(Table& table, Row row, std::string& out) {
  const bool wanted = take_ordinal(row);
  if (!table.selected || !settings_.ops.test(op_index(row.op))) return;
  if (settings_.transactions) {
    if (table.order_stamp != transactions_) begin_count(table);
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
    row.transaction = transaction_block(start, message_order_);
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
           "\",\"total_order\":" + std::to_string(++total_order_) +
           ",\"data_collection_order\":" + std::to_string(++order) + "}";
  return block_;
}

void Changes::print_begin(std::string& out) {
  if (begin_printed_) return;
  begin_printed_ = true;
  if (line_.pretty() != nullptr) {
    return line_.pretty()->append_border(out, "BEGIN   ", std::to_string(context_.xid));
  }
  out += R"({"__cdc":"begin","txId":)" + std::to_string(context_.xid) + ",\"lsn\":\"" +
         base::hex16(context_.pos_lsn) + "\",\"ts_us\":" + std::to_string(context_.unix_us) + "}\n";
}

void Changes::begin_count(Table& table) {
  table.order = 0;
  table.order_stamp = transactions_;
  counted_.push_back(&table);
}

void Changes::print_commit(const Message& message, std::string& out) {
  if (line_.pretty() != nullptr) {
    const auto detail = std::to_string(context_.xid) + ", changes: " + std::to_string(total_order_);
    return line_.pretty()->append_border(out, "COMMIT  ", detail);
  }
  out += R"({"__cdc":"commit","txId":)" + std::to_string(context_.xid) + ",\"lsn\":\"" +
         base::hex16(message.lsn) + "\",\"pos\":\"" + base::hex16(message.end_lsn) +
         "\",\"event_count\":" + std::to_string(total_order_) + ",\"data_collections\":[";
  bool comma = false;
  for (const Table* table : counted_) {
    out += comma ? R"(,{"data_collection":)" : R"({"data_collection":)";
    ndjson::append_string(out, table->shape.schema + "." + table->shape.table);
    out += ",\"event_count\":" + std::to_string(table->order) + "}";
    comma = true;
  }
  out += "],\"ts_us\":" + std::to_string(context_.unix_us) + "}\n";
}

}  // namespace cdckit::walcat
