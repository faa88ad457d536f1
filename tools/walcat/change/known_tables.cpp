#include "tools/walcat/change/known_tables.hpp"

#include "common/base/error.hpp"
#include "common/log/log.hpp"
#include "tools/walcat/change/lost_key.hpp"
#include "tools/walcat/change/transaction_order.hpp"

#include <optional>
#include <utility>

namespace cdckit::walcat {

void KnownTables::relation(Relation relation, const Moment& moment) {
  relation.xid = moment.xid;
  Table& table = add(relation, false, moment.commit);
  table.composites_stamp = moment.number;
  composites_.met(relation, table);
}

void KnownTables::type(const Message& message) {
  const bool built_in = message.schema.empty() || message.schema == "pg_catalog";
  types_[message.relation] =
      (built_in ? "" : std::string(message.schema) + ".") + std::string(message.name);
}

void KnownTables::name_lost_types(const Relation& relation, CatalogTable& catalog) const {
  for (std::size_t i = 0; i < relation.columns.size(); ++i) {
    if (catalog.columns[i].type_name != "???") continue;
    const auto found = types_.find(relation.columns[i].type);
    catalog.columns[i].type_name = found == types_.end() ? "text" : found->second;
    log::warning("the type of \"" + relation.schema + "." + relation.table + "." +
                 relation.columns[i].name + "\" is gone from the catalog: its values are text");
  }
}

// Some encodings print a value read otherwise than one streamed, and no Relation comes again only
// because rows were read. After DDL one does.
void KnownTables::beside_stream(const Relation& relation,
                                const std::function<void(Table&)>& print) {
  std::optional<Table> streamed;
  if (const auto found = tables_.find(relation.oid); found != tables_.end()) {
    streamed = found->second;
  }
  Table& table = add(relation, true, 0);
  print(table);
  if (!streamed || !(streamed->shape == table.shape)) return;
  streamed->announced = table.announced;
  streamed->counts = table.counts;
  table = std::move(*streamed);
}

// A Relation comes again after anything that might have changed it; only a real change is
// announced.
Table& KnownTables::add(const Relation& relation, bool snapshot, std::uint64_t commit) {
  last_ = nullptr;
  Table table = make(relation, snapshot, commit);
  Table& entry = tables_[relation.oid];
  table.announced = entry.announced && entry.shape == table.shape;
  table.counts = entry.counts;
  table.order = entry.order;
  table.order_stamp = entry.order_stamp;
  entry = std::move(table);
  return entry;
}

Table KnownTables::make(const Relation& relation, bool snapshot, std::uint64_t commit) {
  if (!settings_.filter.selects(relation.schema, relation.table)) {
    Table unseen;
    unseen.selected = false;
    return unseen;
  }
  CatalogTable catalog = settings_.describe(relation);
  name_lost_types(relation, catalog);
  forget_older_columns(relation, catalog, snapshot);
  if (snapshot) {
    silent_.read_anew(relation, catalog);
  } else {
    const bool known = silent_.last_seen(relation.oid).has_value();
    if (!known && settings_.has_unsent_rows && settings_.has_unsent_rows(relation.oid))
      SilentChanges::came_with_rows(relation);
    silent_.met(relation, catalog);
  }
  Table table = build_table(relation, catalog, settings_.encoding, snapshot);
  if (settings_.columns != nullptr) settings_.columns->apply(table, relation, catalog);
  settings_.encoding.wrap(table, settings_.server_name);
  if (table.key.empty() && !snapshot) warn_of_lost_key(relation, catalog, commit);
  return table;
}

// What old rows have of a column matters to those that have seen the table without it: the others
// have had their values since, whatever these are.
void KnownTables::forget_older_columns(const Relation& relation,
                                       CatalogTable& catalog,
                                       bool snapshot) const {
  const std::uint32_t since =
      snapshot ? 0 : silent_.last_seen(relation.oid).value_or(settings_.backlog_xid);
  for (auto& column : catalog.columns) {
    if (since == 0 || precedes(column.changed, since)) column.missing.reset();
  }
}

// Once for each table.
void KnownTables::warn_of_lost_key(const Relation& relation,
                                   const CatalogTable& catalog,
                                   std::uint64_t commit) {
  const auto warning = lost_key_warning(relation, catalog, commit < settings_.backlog_end);
  if (!warning.empty() && warned_.insert(relation.oid).second) log::warning(warning);
}

Table& KnownTables::find(std::uint32_t oid, const Moment& moment) {
  const auto found = tables_.find(oid);
  if (found == tables_.end()) {
    throw base::Error(
        base::ErrorKind::protocol,
        "could not decode a row: relation " + std::to_string(oid) + " was not announced");
  }
  Table& table = found->second;
  if (table.composites.any && table.composites_stamp != moment.number) {
    if (const auto* again = composites_.outdated(table, oid, moment.xid, moment.commit)) {
      composites_.met(*again, add(*again, false, moment.commit));
    }
    table.composites_stamp = moment.number;
  }
  last_oid_ = oid;
  last_ = &table;
  return table;
}

}  // namespace cdckit::walcat
