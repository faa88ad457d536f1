// The tables that change events go to, found by the names in an event's `source`.
#pragma once

#include "common/event/schema.hpp"
#include "common/event/source.hpp"
#include "tools/pg-load/events/event_table.hpp"
#include "tools/pg-load/settings/settings.hpp"
#include "tools/pg-load/target/session.hpp"
#include "tools/pg-load/target/source_tables.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::pg_load {

// A table of the target, and what goes there.
struct EventTarget {
  std::unique_ptr<EventTable> table;
  std::vector<SourceTable> sources;
  std::string noted;  // by TargetOwners; empty: to be noted
};

class EventTables {
 public:
  explicit EventTables(const Options& options)
      : options_(options), decoder_(options.decoder_settings("")) {}

  // What the stream says of its encoding. Throws data for one that is not known.
  void hello(std::string_view encoding) { decoder_.hello(encoding); }

  // Null when it was not used before.
  EventTable* find(const event::Event& event);
  // Looks it up in the target. Throws unavailable (69) when there is no such table.
  EventTable& open(Session& session, const event::Event& event);
  EventTable& of(Session& session, const std::string& schema, const std::string& table);
  // A schema line: makes the table when it is missing and may be made; what was known of it is
  // looked up again. Nothing may be collected then.
  void announce(Session& session, const event::TableSchema& schema);
  // The source tables of this stream that go there.
  [[nodiscard]] const std::vector<SourceTable>& sources_of(const EventTable& table) const;
  [[nodiscard]] SourceTable source_of(const std::string& schema, const std::string& table) const;
  // One that is in use, by its oid in the target.
  [[nodiscard]] EventTable& at(std::uint32_t oid) const { return *targets_.at(oid).table; }
  // In order of first use.
  void for_each(const std::function<void(EventTable&)>& visit);
  void for_each_target(const std::function<void(EventTarget&)>& visit);
  // Forgets what was collected; false when the helper table of an open picture went with a session.
  bool reset(const Session& session);
  // Forgets the tables themselves.
  void clear();

 private:
  EventTable& open_raw(Session& session, std::string_view raw_schema, std::string_view raw_table);
  void place(Session& session, const std::string& raw_name, TargetTable target);
  void take_source(EventTarget& target, const std::string& raw_name);

  const Options& options_;
  StreamDecoder decoder_;
  std::map<std::uint32_t, EventTarget> targets_;            // by oid
  std::map<std::string, EventTable*, std::less<>> tables_;  // by raw schema and table
  std::map<std::string, std::string, std::less<>> roots_;   // of partitions, by schema.table
  std::vector<EventTable*> order_;
  std::string name_;  // scratch
  event::SourceReader sources_;
  std::string last_schema_;
  std::string last_table_;
  EventTable* last_ = nullptr;
};

}  // namespace cdckit::pg_load
