#include "tools/pg-load/events/truncates.hpp"

#include "common/ndjson/text.hpp"

#include <utility>

namespace cdckit::pg_load {
namespace {

// Inside of a JSON string -> text.
std::string unescaped(std::string_view raw) {
  std::string text;
  ndjson::append_unescaped(text, "\"" + std::string(raw) + "\"");
  return text;
}

}  // namespace

void Truncates::add(std::uint64_t line_number, const EventTable& table, const event::Event& event) {
  const event::Source source = reader_.read(event);
  const TableName name{.schema = unescaped(source.schema), .table = unescaped(source.table)};
  waiting_.push_back({line_number, table.target().oid, display_name(name)});
}

std::vector<std::string> Truncates::sources_of(std::uint32_t oid) const {
  std::vector<std::string> names;
  for (const Waiting& one : waiting_) {
    if (one.oid == oid) names.push_back(one.source);
  }
  return names;
}

std::vector<Truncates::Refused> Truncates::settle(pg::Connection& connection,
                                                  const EventTables& tables,
                                                  TargetOwners& owners) {
  std::vector<Refused> refused;
  std::string names;
  for (const Waiting& one : waiting_) {
    const TargetTable& target = tables.at(one.oid).target();
    if (owners.covers(connection, tables.at(one.oid), sources_of(one.oid))) {
      names += (names.empty() ? "" : ", ") + target.quoted();
    } else {
      refused.push_back({one.line_number,
                         one.oid,
                         "table \"" + display_name(target.name) +
                             "\" holds rows of other source tables than \"" + one.source +
                             "\", which was emptied"});
    }
  }
  waiting_.clear();
  if (!names.empty()) connection.execute("TRUNCATE " + names);
  return refused;
}

}  // namespace cdckit::pg_load
