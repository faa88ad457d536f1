#include "tools/pg-load/events/target_owners.hpp"

#include "common/base/error.hpp"
#include "common/ndjson/text.hpp"
#include "tools/pg-load/table/table_setup.hpp"

#include <algorithm>

namespace cdckit::pg_load {
namespace {

std::string part_of(const EventTable& table) {
  return "table " + display_name(table.target().name);
}

std::string name_of(const event::Control& border) {
  return display_name({.schema = border.schema, .table = border.table});
}

std::string in_quotes(const std::string& name) {
  return '"' + name + '"';
}

std::string literal(const std::string& text) {
  std::string out = "'";
  for (const char letter : text) out += letter == '\'' ? "''" : std::string(1, letter);
  return out + "'";
}

[[noreturn]] void refuse(const TargetTable& target,
                         const std::string& first,
                         const std::string& second,
                         const std::string& way_on = {}) {
  throw base::Error(
      base::ErrorKind::config,
      "could not take a snapshot into table \"" + display_name(target.name) + "\": both " + first +
          " and " + second + " go there",
      "A snapshot deletes what it lacks. Give each source table a target of its own with --map; "
      "partitions of one table may share one as long as all belong to one root." +
          way_on);
}

}  // namespace

void require_alone(const Options& options,
                   const TargetTable& target,
                   const event::Control& border) {
  if (border.parts > 1 || !options.table.empty()) return;
  const std::string name = name_of(border);
  const TableName mapped = target_name(options, border.schema, border.table);
  for (const std::string& map : options.maps) {
    const Pair pair = split_pair(map, '=', "map");
    const TableName other = parse_table_name(pair.right);
    if (other.schema != mapped.schema || other.table != mapped.table) continue;
    if (pair.left != name && pair.left != border.table)
      refuse(target, in_quotes(name), in_quotes(pair.left));
  }
}

// What is known of the stream itself.
void TargetOwners::refuse_known(const EventTable& table, const SourceTable& picture) const {
  for (const SourceTable& other : tables_.sources_of(table)) {
    if (!of_one_picture(picture, other))
      refuse(table.target(), in_quotes(picture.name), in_quotes(other.name));
  }
}

std::vector<TargetOwners::Owner> TargetOwners::others(pg::Connection& connection,
                                                      const EventTable& table) const {
  std::vector<Owner> owners;
  for (const auto& [source, text] : positions_.of_others(connection, part_of(table))) {
    std::vector<SourceTable> tables = parse_sources(text, table.target().oid);
    if (!tables.empty()) owners.push_back({.source = source, .tables = std::move(tables)});
  }
  return owners;
}

void TargetOwners::refuse_stored(const EventTable& table,
                                 const SourceTable& picture,
                                 const std::vector<Owner>& others) {
  for (const SourceTable& own : parse_sources(positions_.at(part_of(table)), table.target().oid)) {
    if (of_one_picture(picture, own)) continue;
    refuse(table.target(),
           in_quotes(picture.name),
           in_quotes(own.name),
           " When it does so no more: DELETE FROM cdckit.positions WHERE part = " +
               literal(part_of(table)));
  }
  for (const Owner& other : others) {
    const bool same = same_database(other.source, positions_.source());
    for (const SourceTable& known : other.tables) {
      if (same && of_one_picture(picture, known)) continue;
      refuse(table.target(),
             in_quotes(picture.name) + " of source " + in_quotes(positions_.source()),
             in_quotes(known.name) + " of source " + in_quotes(other.source),
             " When that source is gone for good: DELETE FROM cdckit.positions WHERE source = " +
                 literal(other.source));
    }
  }
}

// An empty table has no one's rows, whatever was there once.
void TargetOwners::begin(pg::Connection& connection,
                         const EventTable& table,
                         const SourceTable& picture) {
  const std::vector<Owner> known = others(connection, table);
  const bool empty =
      connection.query("SELECT NOT EXISTS (SELECT FROM " + table.target().quoted() + ")")
          .at(0, 0) == "t";
  if (!empty) refuse_stored(table, picture, known);
  if (empty && !known.empty()) positions_.forget_others(connection, part_of(table));
  positions_.at(part_of(table)) = sources_text(table.target().oid, {picture});
}

void TargetOwners::require_own(pg::Connection& connection,
                               const EventTable& table,
                               const event::Control& border) {
  const SourceTable picture = tables_.source_of(border.schema, border.table);
  refuse_known(table, picture);
  require_alone(options_, table.target(), border);
  if (positions_.is_open() && border.phase == "begin" && border.part == 1)
    begin(connection, table, picture);
}

bool TargetOwners::covers(pg::Connection& connection,
                          const EventTable& table,
                          const std::vector<std::string>& names) {
  const auto has = [&](const SourceTable& source) {
    return std::find(names.begin(), names.end(), source.name) != names.end();
  };
  const auto all = [&](const std::vector<SourceTable>& tables) {
    return std::all_of(tables.begin(), tables.end(), has);
  };
  if (!all(tables_.sources_of(table))) return false;
  if (!positions_.is_open()) return true;
  if (!all(parse_sources(positions_.at(part_of(table)), table.target().oid))) return false;
  const std::vector<Owner> known = others(connection, table);
  return std::all_of(known.begin(), known.end(), [&](const Owner& other) {
    return same_database(other.source, positions_.source()) && all(other.tables);
  });
}

void TargetOwners::note() {
  if (!positions_.is_open()) return;
  tables_.for_each_target([this](EventTarget& target) {
    std::string& stored = positions_.at(part_of(*target.table));
    if (stored == target.noted && !stored.empty()) return;
    const std::uint32_t oid = target.table->target().oid;
    std::vector<SourceTable> all = parse_sources(stored, oid);
    for (const SourceTable& source : target.sources) add_source(all, source);
    target.noted = stored = sources_text(oid, all);
  });
}

}  // namespace cdckit::pg_load
