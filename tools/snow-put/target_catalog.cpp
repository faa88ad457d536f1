#include "tools/snow-put/target_catalog.hpp"

#include "common/base/error.hpp"
#include "common/log/log.hpp"
#include "common/snow/identifiers.hpp"

#include <utility>

namespace cdckit::snow_put {
namespace {

using base::ErrorKind;

base::Error missing(const snow::TableAddress& table, const std::string& hint) {
  return {
      ErrorKind::unavailable,
      "could not find table " + snow::sql_name(table) + ": it does not exist or is not ours to see",
      hint};
}

}  // namespace

Place place_of(const Options& options, const snow::ConnectionSettings& settings) {
  Place place;
  place.database =
      options.database.empty() ? settings.database : snow::typed_name(options.database);
  place.schema = options.schema.empty() ? settings.schema : snow::typed_name(options.schema);
  if (place.database.empty() || place.schema.empty()) {
    throw base::Error(ErrorKind::config,
                      "could not tell where the tables are: no database or schema",
                      "Use --database and --schema, or put them into the connection.");
  }
  return place;
}

TargetCatalog::TargetCatalog(const Options& options, Place place, snow::SqlApi& api)
    : options_(options),
      place_(std::move(place)),
      api_(api),
      names_(options.tables.empty() ? "" : options.tables.front(), options.table_map) {}

snow::TableAddress TargetCatalog::address(const std::string& table) const {
  return {place_.database, place_.schema, table};
}

std::unique_ptr<Target> TargetCatalog::make_target(const std::string& name,
                                                   const std::string& table) const {
  auto target = std::make_unique<Target>();
  target->name = name;
  target->table = address(table);
  target->pipe = {place_.database, place_.schema, pipe_name(table)};
  return target;
}

const event::TableSchema* TargetCatalog::known_schema(const std::string& source) const {
  const auto found = schemas_.find(source);
  return found == schemas_.end() ? nullptr : &found->second;
}

void TargetCatalog::learn(const event::TableSchema& schema) {
  const std::string source = schema.schema + "." + schema.table;
  event::TableSchema& known = schemas_[source];
  if (known == schema) return;
  known = schema;
  if (const auto target = by_source_.find(source); target != by_source_.end()) {
    follow(*target->second, schema);
  }
}

Target& TargetCatalog::for_events(const std::string& schema, const std::string& table) {
  const std::string source = schema + "." + table;
  if (const auto known = by_source_.find(source); known != by_source_.end()) return *known->second;
  const std::string& name = names_.target(schema, table);
  auto target = make_target(name, journal_name(name));
  prepare(*target, source);
  return *by_source_.emplace(source, std::move(target)).first->second;
}

Target& TargetCatalog::for_rows() {
  if (rows_target_) return *rows_target_;
  if (options_.tables.empty()) {
    throw base::Error(ErrorKind::usage, "could not place a row without op: --table is missing");
  }
  const std::string name = snow::typed_name(options_.tables.front());
  auto target = make_target(name, name);
  describe(*target);
  if (target->description.columns.empty()) {
    throw missing(target->table, "Create it first: plain rows carry no types.");
  }
  rows_target_ = std::move(target);
  return *rows_target_;
}

void TargetCatalog::describe(Target& target) {
  auto description = snow::describe_table(api_, target.table);
  target.description = description ? std::move(*description) : snow::TableDescription{};
  target.encoder = std::make_unique<RowEncoder>(target.description);
}

void TargetCatalog::prepare(Target& target, const std::string& source) {
  const event::TableSchema* schema = known_schema(source);
  describe(target);
  if (target.description.columns.empty()) {
    if (!options_.create) throw missing(target.table, "--create makes it from the schema line.");
    if (schema == nullptr) {
      throw missing(target.table,
                    "No schema line for " + source + " came, so it cannot be created.");
    }
    api_.run(create_journal_sql(target.table, target_columns(*schema)));
    log::info("created table " + snow::sql_name(target.table));
    describe(target);
  }
  prepare_mirror(target, schema);
  if (schema != nullptr) follow(target, *schema);
}

void TargetCatalog::prepare_mirror(Target& target, const event::TableSchema* schema) {
  if (!options_.create && options_.merge_every.count() == 0) return;
  const snow::TableAddress mirror = address(target.name);
  if (schema != nullptr && schema->key.empty()) {
    log::warning("table " + snow::sql_name(mirror) + " has no key: only its journal is written");
    return;
  }
  target.mergeable = true;
  if (snow::describe_table(api_, mirror)) return;
  if (!options_.create || schema == nullptr) {
    throw missing(mirror,
                  "--create makes it from the schema line; --merge-every 0 does without it.");
  }
  api_.run(create_mirror_sql(mirror, target_columns(*schema)));
  log::info("created table " + snow::sql_name(mirror));
}

void TargetCatalog::add_column(const Target& target, const TargetColumn& column) {
  api_.run(add_column_sql(target.table, column));
  if (target.mergeable) api_.run(add_column_sql(address(target.name), column));
  log::info("added column \"" + column.name + "\" to " + snow::sql_name(target.table));
}

void TargetCatalog::follow(Target& target, const event::TableSchema& schema) {
  bool changed = false;
  target.broken.clear();
  for (const TargetColumn& column : target_columns(schema)) {
    const snow::TableColumn* present = target.description.find(column.name);
    if (present == nullptr && options_.adds_columns()) {
      add_column(target, column);
      changed = true;
    } else if (present == nullptr) {
      target.broken = "column \"" + column.name + "\" is not in the target table";
    } else if (!snow::can_hold(present->parsed, snow::parse_column_type(column.type))) {
      target.broken = "column \"" + column.name + "\" is " + present->type +
                      " in the target, and " + column.type + " is needed";
    }
  }
  if (changed) describe(target);
}

}  // namespace cdckit::snow_put
