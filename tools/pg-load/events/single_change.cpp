#include "tools/pg-load/events/single_change.hpp"

#include "common/ndjson/text.hpp"
#include "tools/pg-load/value/hstore_text.hpp"

#include <algorithm>

namespace cdckit::pg_load {
namespace {

// The columns that a row brings, with the types below all domains: one may forbid a null that only
// stands for a member that is not there. The assignment asks the domain.
std::string record(const TargetTable& target, int parameter, const std::string& alias) {
  std::string columns;
  for (const Column& column : target.columns) {
    if (column.generated) continue;
    columns += (columns.empty() ? "" : ", ") + pg::quote_identifier(column.name) + " " +
               column.resolved_type;
  }
  return "pg_catalog.json_to_record($" + std::to_string(parameter) + "::json) AS " + alias + "(" +
         columns + ")";
}

std::string assignments(const std::vector<std::string>& columns) {
  std::string out;
  for (const std::string& column : columns) {
    const std::string name = pg::quote_identifier(column);
    out += (out.empty() ? "" : ", ") + name + " = fresh." + name;
  }
  return out;
}

std::string under_old_key(const TargetTable& target) {
  std::string where;
  for (const std::size_t column : target.key) {
    const std::string name = pg::quote_identifier(target.columns[column].name);
    where += (where.empty() ? "" : " AND ") + ("t." + name) + " " + target.columns[column].equals +
             " old." + name;
  }
  return where;
}

// What the server computes itself is in no event.
std::string equal_row(const TargetTable& target, int parameter) {
  std::string mine;
  std::string old;
  for (const Column& column : target.columns) {
    if (column.generated) continue;
    const std::string name = pg::quote_identifier(column.name);
    mine += (mine.empty() ? "o." : ", o.") + name + "::" + column.resolved_type;
    old += (old.empty() ? "old." : ", old.") + name;
  }
  return "(t.tableoid, t.ctid) OPERATOR(pg_catalog.=) (SELECT o.tableoid, o.ctid FROM " +
         target.quoted() + " o, " + record(target, parameter, "old") + " WHERE ROW(" + mine +
         ")::record OPERATOR(pg_catalog.*=) ROW(" + old + ")::record LIMIT 1)";
}

}  // namespace

bool has_identity_key(const TargetTable& target) noexcept {
  return std::any_of(target.key.begin(), target.key.end(), [&](std::size_t column) {
    return target.columns[column].identity_always;
  });
}

std::vector<std::string> writable_members(const TargetTable& target,
                                          std::string_view row,
                                          bool identity) {
  std::vector<std::string> columns;
  ndjson::ObjectCursor cursor(row);
  ndjson::Member member;
  while (cursor.next(member)) {
    std::string scratch;
    const std::string_view quoted(member.name.data() - 1, member.name.size() + 2);
    const auto column = target.find(ndjson::unescape(quoted, scratch));
    if (!column || target.columns[*column].generated) continue;
    if (target.columns[*column].identity_always && !identity) continue;
    columns.push_back(target.columns[*column].name);
  }
  return columns;
}

std::string as_sent(const TargetTable& target, std::string_view row) {
  const auto has_hstore = [](const Column& column) {
    return column.codec == Codec::hstore || column.codec == Codec::hstore_array;
  };
  if (row.empty() || std::none_of(target.columns.begin(), target.columns.end(), has_hstore))
    return std::string(row);
  std::string out = "{";
  ndjson::ObjectCursor cursor(row);
  ndjson::Member member;
  std::string scratch;
  while (cursor.next(member)) {
    out.append(out.size() > 1 ? ",\"" : "\"").append(member.name).append("\":");
    const std::string_view quoted(member.name.data() - 1, member.name.size() + 2);
    const auto column = target.find(ndjson::unescape(quoted, scratch));
    const bool object = column && has_hstore(target.columns[*column]) &&
                        (member.value.front() == '{' || member.value.front() == '[');
    if (!object) {
      out += member.value;
    } else {
      std::string elements;
      append_hstore_elements(elements, "[" + std::string(member.value) + "]");
      out += std::string_view(elements).substr(1, elements.size() - 2);
    }
  }
  return out + "}";
}

std::string move_sql(const TargetTable& target, const std::vector<std::string>& columns) {
  const std::string where = under_old_key(target);
  return "UPDATE " + target.quoted() + " t SET " + assignments(columns) + " FROM " +
         record(target, 1, "fresh") + ", " + record(target, 2, "old") + " WHERE " + where;
}

std::string replace_moved_sql(const TargetTable& target, const std::vector<std::string>& columns) {
  std::string names;
  std::string values;
  for (const Column& column : target.columns) {
    if (column.generated) continue;
    const bool given = std::find(columns.begin(), columns.end(), column.name) != columns.end();
    const std::string name = pg::quote_identifier(column.name);
    names += (names.empty() ? "" : ", ") + name;
    values += (values.empty() ? "" : ", ") + std::string(given ? "fresh." : "gone.") + name;
  }
  return "WITH gone AS (DELETE FROM " + target.quoted() + " t USING " + record(target, 2, "old") +
         " WHERE " + under_old_key(target) + " RETURNING t.*) INSERT INTO " + target.quoted() +
         " (" + names + ") OVERRIDING SYSTEM VALUE SELECT " + values + " FROM gone, " +
         record(target, 1, "fresh");
}

std::string change_equal_row_sql(const TargetTable& target,
                                 const std::vector<std::string>& columns) {
  return "UPDATE " + target.quoted() + " t SET " + assignments(columns) + " FROM " +
         record(target, 1, "fresh") + " WHERE " + equal_row(target, 2);
}

std::string delete_equal_row_sql(const TargetTable& target) {
  return "DELETE FROM " + target.quoted() + " t WHERE " + equal_row(target, 1);
}

}  // namespace cdckit::pg_load
