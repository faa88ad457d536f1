// One source table, compiled: its shape for `schema` lines, a codec per column, the parts of a data
// line that never change. Built by TableBuilder from a Relation message and what the catalog adds.
#pragma once

#include "common/event/schema.hpp"
#include "tools/walcat/encode/encoding.hpp"
#include "tools/walcat/wire/pgoutput.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace cdckit::walcat {

// A relation as pgoutput announces it, or as the snapshot finds it; owns its texts.
struct Relation {
  struct Column {
    std::string name;
    std::uint32_t type = 0;
    std::int32_t modifier = -1;
    bool key = false;
    bool operator==(const Column&) const = default;
  };
  std::uint32_t oid = 0;
  std::uint32_t xid = 0;  // of the transaction that it belongs to; 0: the present
  std::string schema;
  std::string table;
  char identity = 'd';
  std::vector<Column> columns;
};
Relation relation_of(const Message& message);

// What only the catalog knows. It shows the present, the relation may be older: what DDL has
// changed since is left out.
struct CatalogColumn {
  TypePointer type;
  std::string type_name;  // format_type()
  bool nullable = true;
  int dimensions = 0;                       // of an array, as declared
  std::string default_expression = {};      // pg_get_expr()
  std::optional<std::string> missing = {};  // what older rows have
  std::uint32_t changed = 0;                // transaction that made or altered it last
};
// Composite types, row types of tables among them: the stream does not say when they change.
struct CompositeFacts {
  bool any = false;                         // among the types of the columns and their parts
  std::vector<std::uint32_t> changes = {};  // transactions that made or changed an attribute
  std::uint64_t as_of = 0;                  // LSN: whatever was committed before it is known
  std::vector<std::string> altered = {};    // types with attributes younger than the relation
};
struct CatalogTable {
  std::vector<CatalogColumn> columns;       // one for each of the relation's
  std::vector<std::string> primary_key;     // in constraint order
  std::vector<std::string> identity_index;  // in index order, with REPLICA IDENTITY USING INDEX
  event::Root root = {};                    // of a partition
  bool key_lost = false;                    // DDL has changed the primary key since
  bool index_dropped = false;               // of a table without primary key, not long ago
  CompositeFacts composites = {};
  std::map<std::uint32_t, std::uint32_t> files = {};  // that hold its rows, by table or partition
  std::set<std::uint32_t> attached = {};              // partitions that were tables before
  std::uint64_t as_of = 0;                            // LSN at which the files were these
  std::uint32_t next_xid = 0;                         // no transaction from here on had begun
};

struct Column {
  std::string name;
  bool key = false;   // sent in old key tuples
  bool shown = true;  // by the encoding, --column and --exclude-column
  bool nullable = true;
  ColumnForm form;
  std::string member;         // `,"name":`
  std::string null_member;    // the same and what stands for NULL
  std::string unsent_member;  // and for what a key leaves out; empty: left out
};

struct Table {
  event::TableSchema shape;
  std::vector<Column> columns;
  std::vector<std::size_t> key;  // indices into columns, in key order; empty without a key
  char identity = 'd';
  bool selected = true;     // by --table and --exclude-table
  bool announced = false;   // its schema line was printed
  std::string source_part;  // `,"schema":"s","table":"t","txId":`
  // what stands around key and value
  std::string key_head;
  std::string key_tail;
  std::string value_head = ",\"before\":";
  std::string line_tail = "}\n";
  std::uint64_t order_stamp = 0;          // transaction that `order` counts in
  std::uint64_t order = 0;                // events of this table in that transaction
  std::array<std::uint64_t, 6> counts{};  // events since the last look, by op: see op_index()
  CompositeFacts composites = {};
  std::uint32_t composites_xid = 0;    // transaction that they were described for
  std::uint64_t composites_stamp = 0;  // transaction in which they were looked at last
};

bool has_column(const Relation& relation, const std::string& name);
std::size_t op_index(char op) noexcept;
inline constexpr std::string_view kOps = "cudrtm";

// Key columns: those that the relation itself marks, in the order of their index. With identity
// FULL or NOTHING the primary key, if all of it is there.
std::vector<std::string> choose_key(const Relation& relation, const CatalogTable& catalog);
// Names of columns that the table has.
void set_key(Table& table, std::vector<std::string> names);
// `snapshot`: for rows read in one.
Table build_table(const Relation& relation,
                  const CatalogTable& catalog,
                  const Encoding& encoding,
                  bool snapshot = false);

// A value in binary, which nobody asks for, throws protocol.
void require_text(const Column& column, const Value& value);
// `{"a":1,"b":null}` of the columns that are shown; for those of kind u what the encoding has for
// them, if anything.
void append_row(std::string& out, const Table& table, std::span<const Value> values);
// Only what a key tuple carries, and what the encoding puts in place of the rest.
void append_old_key_row(std::string& out, const Table& table, std::span<const Value> values);
// The key object in what the encoding puts around it, or null without a key.
void append_key(std::string& out, const Table& table, std::span<const Value> values);
// `{"a":1}` of a table that has a key.
void append_bare_key(std::string& out, const Table& table, std::span<const Value> values);
// `,"unchanged":["a"]` when there is such a column, else nothing.
void append_unchanged(std::string& out, const Table& table, std::span<const Value> values);
bool same_key(const Table& table, std::span<const Value> left, std::span<const Value> right);

}  // namespace cdckit::walcat
