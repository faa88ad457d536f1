#include "common/journal/journal_source.hpp"

#include "common/journal/journal_columns.hpp"
#include "common/snow/identifiers.hpp"

#include <algorithm>

namespace cdckit::journal {
namespace {

using snow::sql_name;
using snow::TypeFamily;

constexpr int kLongestInlineNumber = 19;

}  // namespace

bool may_be_unchanged(const snow::ColumnType& type) {
  switch (type.family) {
    case TypeFamily::text:
    case TypeFamily::binary:
    case TypeFamily::variant:
    case TypeFamily::other:
      return true;
    case TypeFamily::number:
      return type.precision > kLongestInlineNumber;
    default:
      return false;
  }
}

std::string numbered(const char* letter, std::size_t index) {
  return letter + std::to_string(index + 1);
}

std::string list_of(std::size_t count,
                    const std::string& separator,
                    const std::function<std::string(std::size_t)>& item) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += separator;
    out += item(i);
  }
  return out;
}

JournalSource::JournalSource(const MergePlan& plan) : plan_(plan) {
  for (const std::string& name : plan.key) {
    const auto found = std::find_if(plan.columns.begin(),
                                    plan.columns.end(),
                                    [&](const auto& column) { return column.name == name; });
    if (found != plan.columns.end()) keys_.push_back(&*found);
  }
  for (const snow::TableColumn& column : plan.columns) {
    if (std::find(plan.key.begin(), plan.key.end(), column.name) != plan.key.end()) continue;
    // a delete that is kept takes its values from before, whatever their type
    if (plan.soft_deletes || (plan.has_unchanged && may_be_unchanged(column.parsed)))
      open_.push_back(values_.size());
    values_.push_back(&column);
  }
}

std::string JournalSource::keys(const std::string& alias) const {
  return list_of(keys_.size(), ", ", [&](std::size_t i) { return alias + numbered("k", i); });
}

std::string JournalSource::same_key(const std::string& left, const std::string& right) const {
  return list_of(keys_.size(), " AND ", [&](std::size_t i) {
    return left + numbered("k", i) + " = " + right + numbered("k", i);
  });
}

std::string JournalSource::same_row() const {
  return list_of(keys_.size(), " AND ", [&](std::size_t i) {
    return "t." + sql_name(keys_[i]->name) + " = s." + numbered("k", i);
  });
}

std::string JournalSource::each_open(
    const std::string& separator,
    const std::function<std::string(const std::string&)>& item) const {
  return list_of(
      open_.size(), separator, [&](std::size_t i) { return item(std::to_string(open_[i] + 1)); });
}

bool JournalSource::is_open(std::size_t index) const {
  return std::find(open_.begin(), open_.end(), index) != open_.end();
}

std::string JournalSource::from_key_object(const std::string& object, std::size_t index) const {
  const snow::TableColumn& column = *keys_[index];
  const std::string value = "GET(" + object + ", " + snow::sql_text(column.name) + ")";
  if (column.parsed.family == TypeFamily::binary) {
    return "TO_BINARY(" + value + "::VARCHAR, 'BASE64')";
  }
  return value + "::" + column.type;
}

// The newest truncate. Where there is none in the slice the journal is not read for it.
std::string JournalSource::cut() const {
  const std::string known = snow::sql_text(plan_.cut);
  if (!plan_.has_truncates) return "cut AS (SELECT " + known + " AS pos),\n";
  const std::string newest = "COALESCE(MAX(" + sql_name(kPos) + "), '')";
  return "cut AS (SELECT " +
         (plan_.cut.empty() ? newest : "GREATEST(" + newest + ", " + known + ")") +
         " AS pos FROM " + sql_name(plan_.truncates.value_or(plan_.journal)) + " WHERE " +
         sql_name(kOp) + " = 't'" + within(plan_) + "),\n";
}

// Every change of a row, the newest truncate, and which life of its key it belongs to: an insert
// begins a new one.
std::string JournalSource::changes() const {
  std::string sql = cut() + "changes AS (SELECT ";
  sql += list_of(keys_.size(), ", ", [&](std::size_t i) {
    return sql_name(keys_[i]->name) + " AS " + numbered("k", i);
  });
  for (std::size_t i = 0; i < values_.size(); ++i) {
    sql += ", " + sql_name(values_[i]->name) + " AS " + numbered("c", i);
  }
  sql += ", " + sql_name(kPos) + " AS pos, " + sql_name(kOp) + " AS op, " + sql_name(kCommitTs) +
         " AS ts";
  if (!open_.empty()) {
    sql += ", " + sql_name(kOldKey) + " AS moved, ";
    sql += each_open(", ", [&](const std::string& n) {
      const std::string name = snow::sql_text(values_[std::stoul(n) - 1]->name);
      return "IFF(" + sql_name(kOp) + " = 'd' OR COALESCE(ARRAY_CONTAINS(" + name + "::VARIANT, " +
             sql_name(kUnchanged) + "::ARRAY), FALSE), 0, 1) AS s" + n;
    });
    const std::string own =
        list_of(keys_.size(), ", ", [&](std::size_t i) { return sql_name(keys_[i]->name); });
    sql += ", SUM(IFF(" + sql_name(kOp) + " = 'c', 1, 0)) OVER (PARTITION BY " + own +
           " ORDER BY " + sql_name(kPos) + ") AS life";
  }
  sql +=
      " FROM " + sql_name(plan_.journal) + " WHERE " + sql_name(kOp) + " IN ('c', 'u', 'r', 'd')";
  for (const snow::TableColumn* column : keys_)
    sql += " AND " + sql_name(column->name) + " IS NOT NULL";
  return sql + within(plan_) + ")";
}

// Where keys were deleted, one row a key.
std::string JournalSource::graves() const {
  if (!plan_.graves) return {};
  const std::string names =
      list_of(keys_.size(), ", ", [&](std::size_t i) { return sql_name(keys_[i]->name); });
  return ",\ngraves AS (SELECT " +
         list_of(
             keys_.size(),
             ", ",
             [&](std::size_t i) { return sql_name(keys_[i]->name) + " AS " + numbered("k", i); }) +
         ", MAX(" + sql_name(kPos) + ") AS dead FROM " + sql_name(*plan_.graves) + " GROUP BY " +
         names + ")";
}

std::string JournalSource::join_graves(const std::string& alias) const {
  return plan_.graves ? " LEFT JOIN graves ON " + same_key("graves.", alias) : "";
}

std::string JournalSource::gone(const std::string& alias) const {
  std::string sql = "(" + alias + "op = 'd' OR " + alias + "pos < cut.pos";
  if (plan_.graves) sql += " OR COALESCE(" + alias + "pos < graves.dead, FALSE)";
  return sql + ")";
}

std::string JournalSource::edge(const std::string& alias) const {
  std::string sql = "GREATEST(" + alias + "pos, cut.pos";
  if (plan_.graves) sql += ", COALESCE(graves.dead, '')";
  return sql + ")";
}

// What is known of the values after each change, then the last state of every life: values as they
// were sent last, where it was born, whence it moved.
std::string JournalSource::lives() const {
  const std::string life = "PARTITION BY " + keys("") + ", life";
  std::string sql = ",\nruns AS (SELECT *, ";
  sql += each_open(", ", [&](const std::string& n) {
    return "SUM(s" + n + ") OVER (" + life + " ORDER BY pos) AS g" + n;
  });
  sql += " FROM changes),\nstates AS (SELECT *, ";
  sql += each_open(", ", [&](const std::string& n) {
    std::string item = "g";
    item += n + " > 0 AS h" + n + ", FIRST_VALUE(c" + n + ") OVER (" + life + ", g" + n +
            " ORDER BY pos) AS v" + n;
    return item;
  });
  sql += ", MIN(pos) OVER (" + life + ") AS born, FIRST_VALUE(moved) OVER (" + life +
         " ORDER BY pos) AS origin FROM runs),\n";
  return sql + "lives AS (SELECT * FROM states QUALIFY ROW_NUMBER() OVER (" + life +
         " ORDER BY pos DESC) = 1)";
}

std::string JournalSource::newest() const {
  return ",\nnewest AS (SELECT lives.*, " + gone("lives.") + " AS gone, " + edge("lives.") +
         " AS edge FROM lives CROSS JOIN cut" + join_graves("lives.") +
         " QUALIFY ROW_NUMBER() OVER (PARTITION BY " + keys("lives.") +
         " ORDER BY lives.pos DESC) = 1)";
}

// Of each life the one under the old key that it continues.
std::string JournalSource::parents() const {
  std::string sql = ",\nparents AS (SELECT " + keys("l.") + ", l.life, p.life AS parent_life, ";
  sql += list_of(keys_.size(), ", ", [&](std::size_t i) {
    return "p." + numbered("k", i) + " AS p" + numbered("k", i);
  });
  sql += ", p.born, p.origin, ";
  sql += each_open(", ", [](const std::string& n) { return "p.h" + n + ", p.v" + n; });
  sql += " FROM lives l JOIN lives p ON p.born < l.born AND ";
  sql += list_of(keys_.size(), " AND ", [&](std::size_t i) {
    return "p." + numbered("k", i) + " = " + from_key_object("l.origin", i);
  });
  return sql + " WHERE l.origin IS NOT NULL QUALIFY ROW_NUMBER() OVER (PARTITION BY " + keys("l.") +
         ", l.life ORDER BY p.born DESC) = 1)";
}

// Values that a key change did not carry, looked up under the old key, and its old key, and so on:
// for the newest row of each key, or for what each life began with.
std::string JournalSource::chain(bool of_lives) const {
  const auto known = [](const std::string& n) { return "h" + n; };
  std::string sql =
      ",\nchain (" + keys("") + ", " + keys("at_") + ", life, at_life, born, origin, depth, ";
  sql += each_open(", ", [](const std::string& n) { return "h" + n + ", v" + n; });
  sql += ") AS (SELECT " + keys("") + ", " + keys("") +
         ", life, life, born, origin, 0::NUMBER(10,0), ";
  sql += each_open(
      ", ", [&](const std::string& n) { return of_lives ? "FALSE, v" + n : "h" + n + ", v" + n; });
  sql += of_lives ? " FROM lives"
                  : " FROM newest WHERE NOT gone AND NOT (" + each_open(" AND ", known) + ")";
  sql += "\nUNION ALL SELECT " + keys("c.") + ", " + keys("p.p") +
         ", c.life, p.parent_life, p.born, p.origin, (c.depth + 1)::NUMBER(10,0), ";
  sql += each_open(", ", [](const std::string& n) {
    return "c.h" + n + " OR p.h" + n + ", IFF(c.h" + n + ", c.v" + n + ", p.v" + n + ")";
  });
  sql += " FROM chain c JOIN parents p ON " + same_key("c.at_", "p.") +
         " AND p.life = c.at_life WHERE NOT (" +
         each_open(" AND ", [](const std::string& n) { return "c.h" + n; }) + ")),\n";
  return sql + "roots AS (SELECT * FROM chain QUALIFY ROW_NUMBER() OVER (PARTITION BY " + keys("") +
         ", life ORDER BY depth DESC) = 1)";
}

std::string JournalSource::every_state() const {
  std::string sql = has_open() ? "WITH RECURSIVE " : "WITH ";
  sql += changes();
  return has_open() ? sql + lives() + parents() + chain(true) : sql;
}

// Where the search ended: under its old key, or its own.
std::string JournalSource::join_mirror(const std::string& root) const {
  return " LEFT JOIN " + sql_name(plan_.mirror) + " m ON m." + sql_name(kPos) + " < " + root +
         "born AND " + list_of(keys_.size(), " AND ", [&](std::size_t i) {
           return "m." + sql_name(keys_[i]->name) + " = COALESCE(" +
                  from_key_object(root + "origin", i) + ", " + root + "at_" + numbered("k", i) +
                  ")";
         });
}

std::string JournalSource::join_roots() const {
  if (!has_open()) return {};
  return " LEFT JOIN roots r ON " + same_key("r.", "c.") + " AND r.life = c.life" +
         join_mirror("r.");
}

std::string JournalSource::state_value(std::size_t index) const {
  const std::string n = std::to_string(index + 1);
  if (!is_open(index)) return "c.c" + n;
  return "CASE WHEN c.h" + n + " THEN c.v" + n + " WHEN r.h" + n + " THEN r.v" + n + " ELSE m." +
         sql_name(values_[index]->name) + " END";
}

std::string JournalSource::simple() const {
  return "WITH " + changes() + graves() + "\nSELECT changes.*, " + gone("changes.") + " AS gone, " +
         edge("changes.") + " AS edge FROM changes CROSS JOIN cut" + join_graves("changes.") +
         " QUALIFY ROW_NUMBER() OVER (PARTITION BY " + keys("changes.") +
         " ORDER BY changes.pos DESC) = 1";
}

// When the journal does not reach back to the last known value, the mirror's row where the search
// ended (its old key, or the key itself) still has it, as long as it is older than that. Without
// key changes it is the row itself, whose values stay.
std::string JournalSource::resolved() const {
  std::string sql = plan_.has_moves ? "WITH RECURSIVE " : "WITH ";
  sql += changes() + graves() + lives() + newest();
  if (plan_.has_moves) sql += parents() + chain(false);
  sql += "\nSELECT " + keys("n.");
  const bool look_in_mirror = plan_.mirror_has_position && plan_.has_moves;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const std::string n = std::to_string(i + 1);
    if (!is_open(i)) {
      sql += ", n.c" + n;
    } else if (!plan_.has_moves) {
      sql += ", n.h" + n + ", IFF(n.h" + n + ", n.v" + n + ", NULL) AS c" + n;
    } else {
      const std::string last = look_in_mirror ? "m." + sql_name(values_[i]->name) : "NULL";
      sql += ", COALESCE(r.h" + n + ", n.h" + n + ") AS h" + n + ", CASE WHEN n.h" + n +
             " THEN n.v" + n + " WHEN r.h" + n + " THEN r.v" + n + " ELSE " + last + " END AS c" +
             n;
    }
  }
  sql += ", n.pos, n.born, n.gone, n.edge FROM newest n";
  if (!plan_.has_moves) return sql;
  sql += " LEFT JOIN roots r ON " + same_key("r.", "n.");
  if (look_in_mirror) sql += join_mirror("r.");
  return sql;
}

std::string JournalSource::select() const {
  return open_.empty() ? simple() : resolved();
}

std::string JournalSource::new_value(std::size_t index) const {
  const std::string n = std::to_string(index + 1);
  if (!is_open(index)) return "s.c" + n;
  const std::string own = "t." + sql_name(values_[index]->name);
  if (!plan_.mirror_has_position) return "IFF(s.h" + n + ", s.c" + n + ", " + own + ")";
  return "IFF(s.h" + n + " OR t." + sql_name(kPos) + " < s.born, s.c" + n + ", " + own + ")";
}

}  // namespace cdckit::journal
