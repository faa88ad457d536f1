// Questions to the system catalogs over an ordinary connection: publications and what they publish,
// and what a Relation message leaves out. Throws like pg::Connection; unavailable for things that
// are missing.
#pragma once

#include "common/pg/connection.hpp"
#include "tools/walcat/encode/table.hpp"
#include "tools/walcat/filter/table_filter.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cdckit::walcat {

// A table as the publications show it; enough to read it and to announce its shape.
struct PublishedTable {
  Relation relation;
  bool partitioned = false;  // a root: its rows live in other tables
  bool generated = false;    // has a generated column among those published, 18 and newer
  std::string condition;     // row filter, empty: none
};

// A column of a table as it is today, in order, dropped ones included.
struct Attribute {
  std::string name;
  std::uint32_t type = 0;
  bool dropped = false;
  bool not_null = false;
  int dimensions = 0;
  std::string default_expression = {};
  std::optional<std::string> missing = {};
  std::uint32_t changed = 0;
};

// What a column of today was called when the relation was announced: when nothing but names differs
// since, columns correspond by place.
std::string name_then(const std::vector<Attribute>& attributes,
                      const Relation& relation,
                      const std::string& name_now);

class Catalog {
 public:
  explicit Catalog(pg::Connection& connection) : connection_(connection) {}

  // The given publications, each of which must exist; without names all of the database, one at
  // least.
  [[nodiscard]] std::vector<std::string> publications(const std::vector<std::string>& wanted);
  // Selected tables of these publications by name.
  [[nodiscard]] std::vector<PublishedTable> published_tables(
      const std::vector<std::string>& publications, const TableFilter& filter);
  [[nodiscard]] CatalogTable describe(const Relation& relation);

 private:
  void read_relation(std::uint32_t oid, const std::string& columns, PublishedTable& table);
  std::vector<Attribute> read_attributes(const Relation& relation, CatalogTable& table);
  static void compare(const Relation& relation,
                      const std::vector<Attribute>& attributes,
                      CatalogTable& table);
  void read_type_names(const Relation& relation, CatalogTable& table);
  void read_keys(const Relation& relation,
                 const std::vector<Attribute>& attributes,
                 CatalogTable& table);
  bool lacks_index(const Relation& relation);
  TypeRows read_types(const Relation& relation, CompositeFacts& composites);
  void read_fields(const Relation& relation, TypeRows& rows, CompositeFacts& composites);
  pg::Result ask(const std::string& sql, const std::string& parameter);
  pg::Connection& connection_;
};

// {a,"b c"} as text for a parameter of an array type.
std::string array_text(const std::vector<std::string>& elements);

}  // namespace cdckit::walcat
