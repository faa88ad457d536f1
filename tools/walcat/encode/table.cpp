#include "tools/walcat/encode/table.hpp"

#include "common/base/error.hpp"
#include "common/ndjson/text.hpp"

#include <algorithm>

namespace cdckit::walcat {
namespace {

std::string identity_word(char identity) {
  switch (identity) {
    case 'n':
      return "nothing";
    case 'f':
      return "full";
    case 'i':
      return "index";
    default:
      return "default";
  }
}

// In order of the catalog when it speaks of the same columns, else (DDL has moved on) in column
// order.
std::vector<std::string> flagged_key(const Relation& relation,
                                     const std::vector<std::string>& order) {
  std::vector<std::string> flagged;
  for (const auto& column : relation.columns) {
    if (column.key) flagged.push_back(column.name);
  }
  return std::is_permutation(flagged.begin(), flagged.end(), order.begin(), order.end()) ? order
                                                                                         : flagged;
}

void append_column(std::string& out, const Column& column, const Value& value) {
  if (value.kind == 't') {
    out += column.member;
    column.form.codec.append(out, value.bytes, column.form.codec);
  } else {
    require_text(column, value);
    out += column.null_member;
  }
}

Column build_column(const Relation::Column& column,
                    const CatalogColumn& known,
                    const Encoding& encoding,
                    bool snapshot) {
  Column out;
  out.name = column.name;
  out.key = column.key;
  out.nullable = known.nullable;
  out.form = encoding.column({.name = column.name,
                              .type = *known.type,
                              .modifier = column.modifier,
                              .dimensions = known.dimensions,
                              .nullable = known.nullable,
                              .default_expression = known.default_expression,
                              .snapshot = snapshot});
  out.shown = out.form.printed;
  out.member = encoding.member_name(column.name);
  out.null_member = out.member + out.form.null;
  if (!out.form.unsent.empty()) out.unsent_member = out.member + out.form.unsent;
  return out;
}

// Members were written with a leading comma: the first one becomes the brace.
void close_object(std::string& out, std::size_t begin) {
  if (out.size() == begin) out += ',';
  out[begin] = '{';
  out += '}';
}

void check_width(const Table& table, std::span<const Value> values) {
  if (values.size() == table.columns.size()) return;
  throw base::Error(base::ErrorKind::protocol,
                    "could not decode a row of \"" + table.shape.schema + "." + table.shape.table +
                        "\": it has " + std::to_string(values.size()) +
                        " columns, announced were " + std::to_string(table.columns.size()));
}

}  // namespace

// It must never pass for NULL.
void require_text(const Column& column, const Value& value) {
  if (value.kind != 'b') return;
  throw base::Error(base::ErrorKind::protocol,
                    "could not print column \"" + column.name + "\": its value is binary");
}

Relation relation_of(const Message& message) {
  Relation relation;
  relation.oid = message.relation;
  relation.schema = message.schema.empty() ? "pg_catalog" : std::string(message.schema);
  relation.table = message.name;
  relation.identity = message.identity;
  for (const auto& column : message.columns) {
    relation.columns.push_back(
        {std::string(column.name), column.type, column.modifier, column.key});
  }
  return relation;
}

bool has_column(const Relation& relation, const std::string& name) {
  return std::any_of(relation.columns.begin(), relation.columns.end(), [&](const auto& column) {
    return column.name == name;
  });
}

std::size_t op_index(char op) noexcept {
  return kOps.find(op);
}

std::vector<std::string> choose_key(const Relation& relation, const CatalogTable& catalog) {
  if (relation.identity == 'd') return flagged_key(relation, catalog.primary_key);
  if (relation.identity == 'i') return flagged_key(relation, catalog.identity_index);
  const bool whole = std::all_of(catalog.primary_key.begin(),
                                 catalog.primary_key.end(),
                                 [&](const auto& name) { return has_column(relation, name); });
  return whole ? catalog.primary_key : std::vector<std::string>{};
}

void set_key(Table& table, std::vector<std::string> names) {
  table.key.clear();
  for (const auto& name : names) {
    const auto found = std::find_if(table.columns.begin(),
                                    table.columns.end(),
                                    [&](const auto& column) { return column.name == name; });
    table.key.push_back(static_cast<std::size_t>(found - table.columns.begin()));
  }
  table.shape.key = std::move(names);
}

Table build_table(const Relation& relation,
                  const CatalogTable& catalog,
                  const Encoding& encoding,
                  bool snapshot) {
  Table table;
  table.identity = relation.identity;
  table.composites = catalog.composites;
  table.composites_xid = relation.xid;
  table.shape = {relation.schema, relation.table, identity_word(relation.identity), {}, {}};
  table.shape.encoding = encoding.name();
  table.shape.root = catalog.root;
  for (std::size_t i = 0; i < relation.columns.size(); ++i) {
    const auto& column = relation.columns[i];
    CatalogColumn known = catalog.columns.at(i);
    // identity columns are NOT NULL, whatever became of them since
    if (column.key && relation.identity != 'f') known.nullable = false;
    table.shape.columns.push_back({column.name,
                                   known.type_name,
                                   column.type,
                                   column.modifier,
                                   known.nullable,
                                   known.default_expression,
                                   known.missing,
                                   known.type ? base_name(*known.type) : ""});
    table.columns.push_back(build_column(column, known, encoding, snapshot));
  }
  set_key(table, choose_key(relation, catalog));
  table.source_part = ",\"schema\":";
  ndjson::append_string(table.source_part, relation.schema);
  table.source_part += ",\"table\":";
  ndjson::append_string(table.source_part, relation.table);
  table.source_part += ",\"txId\":";
  return table;
}

void append_row(std::string& out, const Table& table, std::span<const Value> values) {
  check_width(table, values);
  const auto begin = out.size();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Column& column = table.columns[i];
    if (!column.shown) continue;
    if (values[i].kind != 'u') {
      append_column(out, column, values[i]);
    } else if (!column.form.unchanged.empty()) {
      out += column.member;
      out += column.form.unchanged;
    }
  }
  close_object(out, begin);
}

void append_old_key_row(std::string& out, const Table& table, std::span<const Value> values) {
  check_width(table, values);
  const auto begin = out.size();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Column& column = table.columns[i];
    if (!column.shown) continue;
    if (column.key) {
      append_column(out, column, values[i]);
    } else {
      out += column.unsent_member;
    }
  }
  close_object(out, begin);
}

void append_key(std::string& out, const Table& table, std::span<const Value> values) {
  if (table.key.empty()) {
    out += "null";
    return;
  }
  out += table.key_head;
  append_bare_key(out, table, values);
  out += table.key_tail;
}

void append_bare_key(std::string& out, const Table& table, std::span<const Value> values) {
  check_width(table, values);
  const auto begin = out.size();
  for (const auto index : table.key) append_column(out, table.columns[index], values[index]);
  close_object(out, begin);
}

void append_unchanged(std::string& out, const Table& table, std::span<const Value> values) {
  bool any = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].kind != 'u' || !table.columns[i].shown) continue;
    if (!table.columns[i].form.unchanged.empty()) continue;
    out += any ? "," : ",\"unchanged\":[";
    ndjson::append_string(out, table.columns[i].name);
    any = true;
  }
  if (any) out += ']';
}

bool same_key(const Table& table, std::span<const Value> left, std::span<const Value> right) {
  check_width(table, left);
  check_width(table, right);
  return std::all_of(table.key.begin(), table.key.end(), [&](std::size_t index) {
    return left[index].kind == right[index].kind && left[index].bytes == right[index].bytes;
  });
}

}  // namespace cdckit::walcat
