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

std::string escaped(std::string_view text) {
  std::string raw;
  ndjson::append_escaped(raw, text);
  return raw;
}

}  // namespace

EventTable* EventTables::find(const event::Event& event) {
  if (last_ != nullptr && sources_.is_of(event, last_schema_, last_table_)) return last_;
  const event::Source source = sources_.read(event);
  name_.assign(source.schema).append(1, '.').append(source.table);
  const auto found = tables_.find(name_);
  if (found == tables_.end()) return nullptr;
  last_ = found->second.get();
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
  name_.assign(raw_schema).append(1, '.').append(raw_table);
  const auto found = tables_.find(name_);
  if (found != tables_.end()) return *found->second;
  const TableName name = target_name(options_, unescaped(raw_schema), unescaped(raw_table));
  std::optional<TargetTable> target = find_target(session, name, options_.key_columns());
  if (!target) throw missing_table(name, options_.create);
  place(session, name_, std::move(*target));
  return *tables_.find(name_)->second;
}

void EventTables::place(Session& session, const std::string& raw_name, TargetTable target) {
  const TableConduct conduct = ask_conduct(session.connection(), target);
  auto table =
      std::make_unique<EventTable>(std::move(target), conduct, options_.encoder_settings());
  std::unique_ptr<EventTable>& slot = tables_[raw_name];
  if (slot) {
    std::replace(order_.begin(), order_.end(), slot.get(), table.get());
  } else {
    order_.push_back(table.get());
  }
  slot = std::move(table);
  last_ = nullptr;
}

void EventTables::announce(Session& session, const event::TableSchema& schema) {
  const TableName name = target_name(options_, schema.schema, schema.table);
  std::optional<TargetTable> target = find_target(session, name, options_.key_columns());
  if (!target && options_.create) {
    create_target(session, name, schema);
    target = find_target(session, name, options_.key_columns());
  }
  if (target && options_.alter && add_columns(session, *target, schema.columns))
    target = find_target(session, name, options_.key_columns());
  if (target)
    place(session, escaped(schema.schema) + "." + escaped(schema.table), std::move(*target));
}

void EventTables::for_each(const std::function<void(EventTable&)>& visit) {
  for (EventTable* table : order_) visit(*table);
}

bool EventTables::reset(const Session& session) {
  const bool lost = std::any_of(order_.begin(), order_.end(), [&](EventTable* table) {
    return table->picture_lost(session);
  });
  for (EventTable* table : order_) {
    table->clear();
    table->receipt() = {.table = table->receipt().table};
  }
  return !lost;
}

void EventTables::clear() {
  tables_.clear();
  order_.clear();
  last_ = nullptr;
}

}  // namespace cdckit::pg_load
