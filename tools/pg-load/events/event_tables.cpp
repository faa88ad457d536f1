#include "tools/pg-load/events/event_tables.hpp"

#include "common/ndjson/text.hpp"
#include "tools/pg-load/table/table_setup.hpp"

#include <algorithm>

namespace cdckit::pg_load {
namespace {

// Inside of a JSON string -> text.
std::string unescaped(std::string_view raw) {
  std::string text;
  ndjson::append_unescaped(text, "\"" + std::string(raw) + "\"");
  return text;
}

// Between schema and table, as raw JSON never holds it.
constexpr std::string_view kBetween = "\n";

std::string escaped(std::string_view text) {
  std::string raw;
  ndjson::append_escaped(raw, text);
  return raw;
}

}  // namespace

EventTable* EventTables::find(const event::Event& event) {
  if (last_ != nullptr && sources_.is_of(event, last_schema_, last_table_)) return last_;
  const event::Source source = sources_.read(event);
  name_.assign(source.schema).append(kBetween).append(source.table);
  const auto found = tables_.find(name_);
  if (found == tables_.end()) return nullptr;
  last_ = found->second;
  last_schema_ = source.schema;
  last_table_ = source.table;
  return last_;
}

EventTable& EventTables::open(Session& session, const event::Event& event) {
  const event::Source source = sources_.read(event);
  return open_raw(session, source.schema, source.table);
}

EventTable& EventTables::of(Session& session, const std::string& schema, const std::string& table) {
  return open_raw(session, escaped(schema), escaped(table));
}

EventTable& EventTables::open_raw(Session& session,
                                  std::string_view raw_schema,
                                  std::string_view raw_table) {
  name_.assign(raw_schema).append(kBetween).append(raw_table);
  const auto found = tables_.find(name_);
  if (found != tables_.end()) return *found->second;
  const TableName name = target_name(options_, unescaped(raw_schema), unescaped(raw_table));
  std::optional<TargetTable> target = find_target(session, name, options_.key_columns());
  if (!target)
    throw missing_table(name, options_.create, known_tables(session, !name.schema.empty()));
  const auto placed = targets_.find(target->oid);
  if (placed == targets_.end()) {
    place(session, name_, std::move(*target));
  } else {
    take_source(placed->second, name_);
  }
  return *tables_.find(name_)->second;
}

void EventTables::take_source(EventTarget& target, const std::string& raw_name) {
  tables_[raw_name] = target.table.get();
  const std::size_t end = raw_name.find(kBetween);
  add_source(target.sources,
             source_of(unescaped(raw_name.substr(0, end)), unescaped(raw_name.substr(end + 1))));
  target.noted.clear();
}

SourceTable EventTables::source_of(const std::string& schema, const std::string& table) const {
  const std::string name = display_name({.schema = schema, .table = table});
  const auto root = roots_.find(name);
  return {.name = name, .root = root == roots_.end() ? std::string() : root->second};
}

// A target has one EventTable, whatever number of source tables goes there: their changes keep
// their order. What is known of its columns is renewed, what it is in the middle of stays.
void EventTables::place(Session& session, const std::string& raw_name, TargetTable target) {
  const TableConduct conduct = ask_conduct(session.connection(), target);
  EventTarget& slot = targets_[target.oid];
  auto table = std::make_unique<EventTable>(
      std::move(target), conduct, options_.encoder_settings(), decoder_);
  if (slot.table) {
    table->go_on_from(*slot.table);
    std::replace(order_.begin(), order_.end(), slot.table.get(), table.get());
    for (auto& [name, placed] : tables_) {
      if (placed == slot.table.get()) placed = table.get();
    }
  } else {
    order_.push_back(table.get());
  }
  slot.table = std::move(table);
  take_source(slot, raw_name);
  last_ = nullptr;
}

const std::vector<SourceTable>& EventTables::sources_of(const EventTable& table) const {
  return targets_.at(table.target().oid).sources;
}

void EventTables::announce(Session& session, const event::TableSchema& schema) {
  decoder_.announce(schema);
  const std::string shown = display_name({.schema = schema.schema, .table = schema.table});
  roots_.erase(shown);
  if (!schema.root.table.empty())
    roots_[shown] = display_name({.schema = schema.root.schema, .table = schema.root.table});
  const TableName name = target_name(options_, schema.schema, schema.table);
  std::optional<TargetTable> target = find_target(session, name, options_.key_columns());
  if (!target && options_.create) {
    create_target(session, name, schema);
    target = find_target(session, name, options_.key_columns());
  }
  if (target && options_.alter && add_columns(session, *target, schema.columns))
    target = find_target(session, name, options_.key_columns());
  if (!target) return;
  const std::string raw_name =
      escaped(schema.schema).append(kBetween).append(escaped(schema.table));
  place(session, raw_name, std::move(*target));
}

void EventTables::for_each(const std::function<void(EventTable&)>& visit) {
  for (EventTable* table : order_) visit(*table);
}

void EventTables::for_each_target(const std::function<void(EventTarget&)>& visit) {
  for (auto& [oid, target] : targets_) visit(target);
}

bool EventTables::reset(const Session& session) {
  const bool lost = std::any_of(order_.begin(), order_.end(), [&](EventTable* table) {
    return table->picture().is_lost(session);
  });
  for (EventTable* table : order_) {
    table->clear();
    table->receipt() = {.table = table->receipt().table};
  }
  return !lost;
}

void EventTables::clear() {
  tables_.clear();
  targets_.clear();
  order_.clear();
  last_ = nullptr;
}

}  // namespace cdckit::pg_load
