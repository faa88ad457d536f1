#include "tools/walcat/server/catalog.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/cli/nearest.hpp"
#include "common/event/position.hpp"
#include "common/log/log.hpp"
#include "common/pg/catalog_sql.hpp"
#include "tools/walcat/server/catalog_queries.hpp"
#include "tools/walcat/server/table_files.hpp"
#include "tools/walcat/wire/text_forms.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace cdckit::walcat {
namespace {

using base::ErrorKind;

std::uint32_t number_at(const pg::Result& result, int row, int column) {
  return static_cast<std::uint32_t>(base::parse_unsigned(result.at(row, column)).value_or(0));
}

// What array_out() prints of the labels of an enum.
void read_labels(std::string_view text, TypeRow& type) {
  if (text.empty()) return;
  ArrayTextCursor cursor(text, ',');
  std::string_view label;
  for (auto kind = cursor.next(label); kind != ElementKind::end; kind = cursor.next(label)) {
    if (kind == ElementKind::value) type.labels.emplace_back(label);
  }
}

// Of an array of one text; nothing for NULL.
std::optional<std::string> only_element(std::string_view text) {
  if (text.empty()) return std::nullopt;
  ArrayTextCursor cursor(text, ',');
  std::string_view element;
  for (auto kind = cursor.next(element); kind != ElementKind::end; kind = cursor.next(element)) {
    if (kind == ElementKind::value) return std::string(element);
  }
  return std::nullopt;
}

std::string oid_array(const Relation& relation) {
  std::string out = "{";
  for (const auto& column : relation.columns) {
    if (out.size() > 1) out += ',';
    out += std::to_string(column.type);
  }
  return out + "}";
}

}  // namespace

std::string array_text(const std::vector<std::string>& elements) {
  std::string out = "{";
  for (const auto& element : elements) {
    out += out.size() > 1 ? ",\"" : "\"";
    for (const char letter : element) {
      if (letter == '"' || letter == '\\') out += '\\';
      out += letter;
    }
    out += '"';
  }
  return out + "}";
}

std::string name_then(const std::vector<Attribute>& attributes,
                      const Relation& relation,
                      const std::string& name_now) {
  const auto same_type = [](const Attribute& attribute, const Relation::Column& column) {
    return !attribute.dropped && attribute.type == column.type;
  };
  if (!std::equal(attributes.begin(),
                  attributes.end(),
                  relation.columns.begin(),
                  relation.columns.end(),
                  same_type))
    return name_now;
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    if (attributes[i].name == name_now) return relation.columns[i].name;
  }
  return name_now;
}

pg::Result Catalog::ask(const std::string& sql, const std::string& parameter) {
  const std::array<pg::Parameter, 1> parameters{pg::Parameter(parameter)};
  return connection_.query(sql, parameters);
}

std::vector<std::string> Catalog::publications(const std::vector<std::string>& wanted) {
  const auto result = connection_.query("SELECT pubname FROM pg_publication ORDER BY 1");
  std::vector<std::string> found;
  for (int row = 0; row < result.rows(); ++row) found.push_back(result.text(row, 0));
  for (const auto& name : wanted) {
    if (std::find(found.begin(), found.end(), name) != found.end()) continue;
    throw base::Error(ErrorKind::unavailable,
                      "could not use publication \"" + name + "\": it does not exist",
                      cli::near_miss_first(name,
                                           found,
                                           "Create it before the slot: CREATE PUBLICATION " +
                                               pg::quote_identifier(name) +
                                               " FOR ALL TABLES; or let --create do it."));
  }
  if (found.empty()) {
    throw base::Error(
        ErrorKind::unavailable,
        "could not find a publication in database \"" + connection_.database() + "\"",
        "Create one: CREATE PUBLICATION cdckit FOR ALL TABLES; or let --create do it.");
  }
  return wanted.empty() ? found : wanted;
}

void Catalog::read_relation(std::uint32_t oid, const std::string& columns, PublishedTable& table) {
  const std::string oid_text = std::to_string(oid);
  const std::array<pg::Parameter, 2> values{pg::Parameter(oid_text), pg::Parameter(columns)};
  const auto result =
      connection_.query(pg::filled(kRelation, "{key}", pg::key_columns("i")), values);
  Relation relation;
  relation.oid = oid;
  for (int row = 0; row < result.rows(); ++row) {
    relation.columns.push_back(
        {result.text(row, 0),
         number_at(result, row, 1),
         static_cast<std::int32_t>(base::parse_signed(result.at(row, 2)).value_or(-1)),
         result.at(row, 3) == "t"});
    table.generated = table.generated || result.at(row, 4) == "t";
  }
  table.relation = std::move(relation);
}

std::vector<PublishedTable> Catalog::published_tables(const std::vector<std::string>& publications,
                                                      const TableFilter& filter) {
  const auto result = ask(kPublishedTables, array_text(publications));
  std::vector<PublishedTable> tables;
  for (int row = 0; row < result.rows(); ++row) {
    if (!filter.selects(result.at(row, 1), result.at(row, 2))) continue;
    PublishedTable table;
    read_relation(number_at(result, row, 0), result.text(row, 5), table);
    table.relation.schema = result.text(row, 1);
    table.relation.table = result.text(row, 2);
    table.relation.identity = result.at(row, 3).front();
    table.partitioned = result.at(row, 4) == "t";
    if (result.at(row, 6) != "t") table.condition = result.text(row, 7);
    tables.push_back(std::move(table));
  }
  return tables;
}

CatalogTable Catalog::describe(const Relation& relation) {
  CatalogTable table;
  table.columns.resize(relation.columns.size());
  read_type_names(relation, table);
  const auto attributes = read_attributes(relation, table);
  compare(relation, attributes, table);
  read_keys(relation, attributes, table);
  read_table_files(connection_, relation, table);
  const TypeRows rows = read_types(relation, table.composites);
  for (std::size_t i = 0; i < relation.columns.size(); ++i) {
    table.columns[i].type = build_type(relation.columns[i].type, rows);
  }
  return table;
}

// No search path decides how a type is called: those of the schema public go by their name alone.
void Catalog::read_type_names(const Relation& relation, CatalogTable& table) {
  std::string modifiers = "{";
  for (const auto& column : relation.columns) {
    modifiers += (modifiers.size() > 1 ? "," : "") + std::to_string(column.modifier);
  }
  modifiers += "}";
  const std::string oids = oid_array(relation);
  const std::array<pg::Parameter, 2> parameters{pg::Parameter(oids), pg::Parameter(modifiers)};
  const auto result = connection_.query(
      "SELECT regexp_replace(format_type(t, m), '^public[.]', '') "
      "FROM unnest($1::oid[], $2::int[]) WITH ORDINALITY u(t, m, i) ORDER BY i",
      parameters);
  for (int row = 0; row < result.rows(); ++row) {
    table.columns[static_cast<std::size_t>(row)].type_name = result.text(row, 0);
  }
}

std::vector<Attribute> Catalog::read_attributes(const Relation& relation, CatalogTable& table) {
  const std::string oid = std::to_string(relation.oid);
  const std::string xid = std::to_string(relation.xid);
  const std::array<pg::Parameter, 2> parameters{pg::Parameter(oid), pg::Parameter(xid)};
  const auto result = connection_.query(kAttributes, parameters);
  std::vector<Attribute> attributes;
  for (int row = 0; row < result.rows(); ++row) {
    attributes.push_back({.name = result.text(row, 0),
                          .type = number_at(result, row, 1),
                          .dropped = result.at(row, 2) == "t",
                          .not_null = result.at(row, 3) == "t",
                          .dimensions = static_cast<int>(number_at(result, row, 4)),
                          .default_expression = result.text(row, 5),
                          .missing = only_element(result.at(row, 6)),
                          .changed = number_at(result, row, 7)});
    table.next_xid = number_at(result, row, 8);
  }
  return attributes;
}

void Catalog::compare(const Relation& relation,
                      const std::vector<Attribute>& attributes,
                      CatalogTable& table) {
  for (const auto& attribute : attributes) {
    if (attribute.dropped) continue;
    const auto name = name_then(attributes, relation, attribute.name);
    for (std::size_t i = 0; i < relation.columns.size(); ++i) {
      const auto& column = relation.columns[i];
      if (column.name != name || column.type != attribute.type) continue;
      table.columns[i].nullable = !attribute.not_null;
      table.columns[i].dimensions = attribute.dimensions;
      table.columns[i].default_expression = attribute.default_expression;
      table.columns[i].missing = attribute.missing;
      table.columns[i].changed = attribute.changed;
    }
  }
}

void Catalog::read_keys(const Relation& relation,
                        const std::vector<Attribute>& attributes,
                        CatalogTable& table) {
  const std::string oid = std::to_string(relation.oid);
  const std::string xid = std::to_string(relation.xid);
  const std::array<pg::Parameter, 2> parameters{pg::Parameter(oid), pg::Parameter(xid)};
  const auto result =
      connection_.query(pg::filled(kKeys, "{key}", pg::key_columns("i")), parameters);
  table.key_lost = attributes.empty();
  for (int row = 0; row < result.rows(); ++row) {
    const auto name = name_then(attributes, relation, result.text(row, 0));
    const bool younger = result.at(row, 3) == "t";
    const bool primary = result.at(row, 1) == "t";
    if (primary && (younger || !has_column(relation, name))) table.key_lost = true;
    if (primary && !younger) table.primary_key.push_back(name);
    if (result.at(row, 2) == "t") table.identity_index.push_back(name);
  }
  const bool by_catalog = relation.identity != 'd' && relation.identity != 'i';
  if (by_catalog && table.primary_key.empty()) table.index_dropped = lacks_index(relation);
}

// relhasindex stays until the next VACUUM.
bool Catalog::lacks_index(const Relation& relation) {
  const auto result =
      ask("SELECT 1 FROM pg_class c WHERE c.oid = $1::oid AND c.relhasindex AND NOT EXISTS "
          "(SELECT FROM pg_index i WHERE i.indrelid = c.oid)",
          std::to_string(relation.oid));
  return result.rows() > 0;
}

TypeRows Catalog::read_types(const Relation& relation, CompositeFacts& composites) {
  TypeRows rows;
  const bool all_known =
      std::all_of(relation.columns.begin(), relation.columns.end(), [](const auto& column) {
        return is_known_scalar(column.type);
      });
  if (all_known) return rows;
  const auto result = ask(kTypes, oid_array(relation));
  for (int row = 0; row < result.rows(); ++row) {
    TypeRow type;
    type.oid = number_at(result, row, 0);
    type.kind = result.at(row, 1).front();
    type.base = number_at(result, row, 2);
    type.element = number_at(result, row, 3);
    type.delimiter = result.at(row, 4).front();
    type.hstore = result.at(row, 5) == "hstore_to_json";
    type.character = result.at(row, 7) == "t";
    if (!type.hstore && !result.at(row, 5).empty()) {
      log::warning("type \"" + result.text(row, 6) +
                   "\" has a cast to json of its own, printed is its text");
    }
    type.name = result.text(row, 6);
    type.modifier = static_cast<std::int32_t>(base::parse_signed(result.at(row, 8)).value_or(-1));
    read_labels(result.at(row, 9), type);
    rows[type.oid] = std::move(type);
  }
  read_fields(relation, rows, composites);
  return rows;
}

void Catalog::read_fields(const Relation& relation, TypeRows& rows, CompositeFacts& composites) {
  std::vector<std::string> oids;
  for (const auto& [oid, row] : rows) {
    if (row.kind == 'c') oids.push_back(std::to_string(oid));
  }
  if (oids.empty()) return;
  composites.any = true;
  // before the question: what is committed meanwhile is looked at again
  composites.as_of = event::parse_lsn(connection_.query(kPresentLsn).at(0, 0)).value_or(0);
  const std::string types = array_text(oids);
  const std::string xid = std::to_string(relation.xid);
  const std::array<pg::Parameter, 2> parameters{pg::Parameter(types), pg::Parameter(xid)};
  const auto result = connection_.query(kFields, parameters);
  std::set<std::uint32_t> changes;
  std::set<std::string> altered;
  for (int row = 0; row < result.rows(); ++row) {
    changes.insert(number_at(result, row, 3));
    if (result.at(row, 4) != "t") {
      altered.insert(result.text(row, 6));
    } else if (result.at(row, 5) != "t") {
      rows[number_at(result, row, 0)].fields.emplace_back(result.text(row, 1),
                                                          number_at(result, row, 2));
    }
  }
  composites.changes.assign(changes.begin(), changes.end());
  composites.altered.assign(altered.begin(), altered.end());
}

}  // namespace cdckit::walcat
