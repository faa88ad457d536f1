#include "tools/snow-put/merge_sql.hpp"

#include "common/snow/identifiers.hpp"
#include "tools/snow-put/journal_ddl.hpp"

#include <algorithm>
#include <functional>

namespace cdckit::snow_put {
namespace {

using snow::sql_name;
using snow::TypeFamily;

constexpr int kLongestInlineNumber = 19;

std::string numbered(const char* letter, std::size_t index) {
  return letter + std::to_string(index + 1);
}

// item(0)<separator>item(1)...
std::string list(std::size_t count,
                 const std::string& separator,
                 const std::function<std::string(std::size_t)>& item) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += separator;
    out += item(i);
  }
  return out;
}

// Writes the statement from the inside out. Inside, key columns are k1.., other columns c1.., and
// of those that may be unchanged v1.. is the value and h1.. whether it is known.
class Writer {
 public:
  explicit Writer(const MergePlan& plan);
  [[nodiscard]] std::string statement() const;

 private:
  [[nodiscard]] std::string keys(const std::string& alias) const;
  [[nodiscard]] std::string same_key(const std::string& left, const std::string& right) const;
  [[nodiscard]] std::string each_open(
      const std::string& separator,
      const std::function<std::string(const std::string&)>& item) const;
  [[nodiscard]] std::string from_key_object(const std::string& object, std::size_t index) const;
  [[nodiscard]] std::string changes() const;
  [[nodiscard]] std::string lives() const;
  [[nodiscard]] std::string chain() const;
  [[nodiscard]] std::string resolved_source() const;
  [[nodiscard]] std::string simple_source() const;
  [[nodiscard]] std::string new_value(std::size_t index) const;
  [[nodiscard]] std::string clauses() const;
  [[nodiscard]] bool is_open(std::size_t index) const;

  const MergePlan& plan_;
  std::vector<const snow::TableColumn*> keys_;
  std::vector<const snow::TableColumn*> values_;
  std::vector<std::size_t> open_;  // places in values_ of columns that may be unchanged
};

Writer::Writer(const MergePlan& plan) : plan_(plan) {
  for (const std::string& name : plan.key) {
    const auto found = std::find_if(plan.columns.begin(),
                                    plan.columns.end(),
                                    [&](const auto& column) { return column.name == name; });
    if (found != plan.columns.end()) keys_.push_back(&*found);
  }
  for (const snow::TableColumn& column : plan.columns) {
    if (std::find(plan.key.begin(), plan.key.end(), column.name) != plan.key.end()) continue;
    if (may_be_unchanged(column.parsed)) open_.push_back(values_.size());
    values_.push_back(&column);
  }
}

std::string Writer::keys(const std::string& alias) const {
  return list(keys_.size(), ", ", [&](std::size_t i) { return alias + numbered("k", i); });
}

std::string Writer::same_key(const std::string& left, const std::string& right) const {
  return list(keys_.size(), " AND ", [&](std::size_t i) {
    return left + numbered("k", i) + " = " + right + numbered("k", i);
  });
}

std::string Writer::each_open(const std::string& separator,
                              const std::function<std::string(const std::string&)>& item) const {
  return list(
      open_.size(), separator, [&](std::size_t i) { return item(std::to_string(open_[i] + 1)); });
}

bool Writer::is_open(std::size_t index) const {
  return std::find(open_.begin(), open_.end(), index) != open_.end();
}

std::string Writer::from_key_object(const std::string& object, std::size_t index) const {
  const snow::TableColumn& column = *keys_[index];
  const std::string value = "GET(" + object + ", " + snow::sql_text(column.name) + ")";
  if (column.parsed.family == TypeFamily::binary) {
    return "TO_BINARY(" + value + "::VARCHAR, 'BASE64')";
  }
  return value + "::" + column.type;
}

// Every change of a row, the newest truncate, and which life of its key it belongs to: an insert
// begins a new one.
std::string Writer::changes() const {
  std::string sql = "cut AS (SELECT COALESCE(MAX(" + sql_name(kPos) + "), '') AS pos FROM " +
                    sql_name(plan_.journal) + " WHERE " + sql_name(kOp) + " = 't'),\n";
  sql += "changes AS (SELECT ";
  sql += list(keys_.size(), ", ", [&](std::size_t i) {
    return sql_name(keys_[i]->name) + " AS " + numbered("k", i);
  });
  for (std::size_t i = 0; i < values_.size(); ++i) {
    sql += ", " + sql_name(values_[i]->name) + " AS " + numbered("c", i);
  }
  sql += ", " + sql_name(kPos) + " AS pos, " + sql_name(kOp) + " AS op";
  if (!open_.empty()) {
    sql += ", " + sql_name(kOldKey) + " AS moved, ";
    sql += each_open(", ", [&](const std::string& n) {
      const std::string name = snow::sql_text(values_[std::stoul(n) - 1]->name);
      return "IFF(" + sql_name(kOp) + " = 'd' OR COALESCE(ARRAY_CONTAINS(" + name + "::VARIANT, " +
             sql_name(kUnchanged) + "::ARRAY), FALSE), 0, 1) AS s" + n;
    });
    const std::string own =
        list(keys_.size(), ", ", [&](std::size_t i) { return sql_name(keys_[i]->name); });
    sql += ", SUM(IFF(" + sql_name(kOp) + " = 'c', 1, 0)) OVER (PARTITION BY " + own +
           " ORDER BY " + sql_name(kPos) + ") AS life";
  }
  sql +=
      " FROM " + sql_name(plan_.journal) + " WHERE " + sql_name(kOp) + " IN ('c', 'u', 'r', 'd')";
  for (const snow::TableColumn* column : keys_)
    sql += " AND " + sql_name(column->name) + " IS NOT NULL";
  return sql + ")";
}

// The last state of every life: values as they were sent last, where it was born, whence it moved.
std::string Writer::lives() const {
  const std::string life = "PARTITION BY " + keys("") + ", life";
  std::string sql = ",\nruns AS (SELECT *, ";
  sql += each_open(", ", [&](const std::string& n) {
    return "SUM(s" + n + ") OVER (" + life + " ORDER BY pos) AS g" + n;
  });
  sql += " FROM changes),\nlives AS (SELECT *, ";
  sql += each_open(", ", [&](const std::string& n) {
    std::string item = "g";
    item += n + " > 0 AS h" + n + ", FIRST_VALUE(c" + n + ") OVER (" + life + ", g" + n +
            " ORDER BY pos) AS v" + n;
    return item;
  });
  sql += ", MIN(pos) OVER (" + life + ") AS born, FIRST_VALUE(moved) OVER (" + life +
         " ORDER BY pos) AS origin FROM runs QUALIFY ROW_NUMBER() OVER (" + life +
         " ORDER BY pos DESC) = 1),\n";
  sql +=
      "newest AS (SELECT lives.*, (op = 'd' OR lives.pos < cut.pos) AS gone FROM lives, cut "
      "QUALIFY ROW_NUMBER() OVER (PARTITION BY " +
      keys("") + " ORDER BY lives.pos DESC) = 1)";
  return sql;
}

// Values that a key change did not carry, looked up under the old key, and its old key, and so on.
std::string Writer::chain() const {
  const auto known = [](const std::string& n) { return "h" + n; };
  std::string sql = ",\nparents AS (SELECT " + keys("l.") + ", l.life, p.life AS parent_life, ";
  sql += list(keys_.size(), ", ", [&](std::size_t i) {
    return "p." + numbered("k", i) + " AS p" + numbered("k", i);
  });
  sql += ", p.born, p.origin, ";
  sql += each_open(", ", [](const std::string& n) { return "p.h" + n + ", p.v" + n; });
  sql += " FROM lives l JOIN lives p ON p.born < l.born AND ";
  sql += list(keys_.size(), " AND ", [&](std::size_t i) {
    return "p." + numbered("k", i) + " = " + from_key_object("l.origin", i);
  });
  sql += " WHERE l.origin IS NOT NULL QUALIFY ROW_NUMBER() OVER (PARTITION BY " + keys("l.") +
         ", l.life ORDER BY p.born DESC) = 1),\nchain (" + keys("") + ", " + keys("at_") +
         ", at_life, born, origin, depth, ";
  sql += each_open(", ", [](const std::string& n) { return "h" + n + ", v" + n; });
  sql += ") AS (SELECT " + keys("") + ", " + keys("") + ", life, born, origin, 0, ";
  sql += each_open(", ", [](const std::string& n) { return "h" + n + ", v" + n; });
  sql += " FROM newest WHERE NOT gone AND NOT (" + each_open(" AND ", known) +
         ")\nUNION ALL SELECT " + keys("c.") + ", " + keys("p.p") +
         ", p.parent_life, p.born, p.origin, c.depth + 1, ";
  sql += each_open(", ", [](const std::string& n) {
    return "c.h" + n + " OR p.h" + n + ", IFF(c.h" + n + ", c.v" + n + ", p.v" + n + ")";
  });
  sql += " FROM chain c JOIN parents p ON " + same_key("c.at_", "p.") +
         " AND p.life = c.at_life WHERE NOT (" +
         each_open(" AND ", [](const std::string& n) { return "c.h" + n; }) + ")),\n";
  sql += "roots AS (SELECT * FROM chain QUALIFY ROW_NUMBER() OVER (PARTITION BY " + keys("") +
         " ORDER BY depth DESC) = 1)";
  return sql;
}

std::string Writer::simple_source() const {
  return "WITH " + changes() +
         "\nSELECT changes.*, (op = 'd' OR changes.pos < cut.pos) AS gone, GREATEST(changes.pos, "
         "cut.pos) AS edge FROM changes, cut QUALIFY ROW_NUMBER() OVER (PARTITION BY " +
         keys("") + " ORDER BY changes.pos DESC) = 1";
}

// When the journal does not reach back to the last known value, the mirror's row where the search
// ended (its old key, or the key itself) still has it, as long as it is older than that.
std::string Writer::resolved_source() const {
  const bool look_in_mirror = plan_.mirror_has_position;
  std::string sql = "WITH RECURSIVE " + changes() + lives() + chain() + "\nSELECT " + keys("n.");
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const std::string n = std::to_string(i + 1);
    if (!is_open(i)) {
      sql += ", n.c" + n;
      continue;
    }
    const std::string last = look_in_mirror ? "m." + sql_name(values_[i]->name) : "NULL";
    sql += ", COALESCE(r.h" + n + ", n.h" + n + ") AS h" + n + ", CASE WHEN n.h" + n + " THEN n.v" +
           n + " WHEN r.h" + n + " THEN r.v" + n + " ELSE " + last + " END AS c" + n;
  }
  sql +=
      ", n.pos, n.born, n.gone, GREATEST(n.pos, cut.pos) AS edge FROM newest n CROSS JOIN cut "
      "LEFT JOIN roots r ON " +
      same_key("r.", "n.");
  if (look_in_mirror) {
    sql += " LEFT JOIN " + sql_name(plan_.mirror) + " m ON m." + sql_name(kPos) + " < r.born AND ";
    sql += list(keys_.size(), " AND ", [&](std::size_t i) {
      return "m." + sql_name(keys_[i]->name) + " = COALESCE(" + from_key_object("r.origin", i) +
             ", r.at_" + numbered("k", i) + ")";
    });
  }
  return sql;
}

// What a row that is there already gets: an unknown value stays as it is, unless the row that is
// there belonged to an earlier life of the key.
std::string Writer::new_value(std::size_t index) const {
  const std::string n = std::to_string(index + 1);
  if (!is_open(index)) return "s.c" + n;
  const std::string own = "t." + sql_name(values_[index]->name);
  if (!plan_.mirror_has_position) return "IFF(s.h" + n + ", s.c" + n + ", " + own + ")";
  return "IFF(s.h" + n + " OR t." + sql_name(kPos) + " < s.born, s.c" + n + ", " + own + ")";
}

std::string Writer::clauses() const {
  const bool has_position = plan_.mirror_has_position;
  const std::string pos = sql_name(kPos);
  const std::string not_newer =
      has_position ? " AND (t." + pos + " IS NULL OR t." + pos + " <= s.edge)" : "";
  std::string differs;
  std::string assignments;
  std::string names =
      list(keys_.size(), ", ", [&](std::size_t i) { return sql_name(keys_[i]->name); });
  std::string values = keys("s.");
  const auto add =
      [&](const std::string& name, const std::string& update, const std::string& insert) {
        if (!differs.empty()) differs += " OR ";
        if (!assignments.empty()) assignments += ", ";
        differs += "t." + name + " IS DISTINCT FROM " + update;
        assignments += name + " = " + update;
        names += ", " + name;
        values += ", " + insert;
      };
  for (std::size_t i = 0; i < values_.size(); ++i) {
    add(sql_name(values_[i]->name), new_value(i), "s." + numbered("c", i));
  }
  if (has_position) add(pos, "s.pos", "s.pos");
  std::string sql = "\nWHEN MATCHED AND s.gone" + not_newer + " THEN DELETE";
  if (!differs.empty()) {
    sql += "\nWHEN MATCHED AND NOT s.gone" + not_newer + " AND (" + differs + ") THEN UPDATE SET " +
           assignments;
  }
  return sql + "\nWHEN NOT MATCHED AND NOT s.gone THEN INSERT (" + names + ") VALUES (" + values +
         ")";
}

std::string Writer::statement() const {
  std::string sql = "MERGE INTO " + sql_name(plan_.mirror) + " t USING (\n";
  sql += open_.empty() ? simple_source() : resolved_source();
  sql += "\n) s ON ";
  sql += list(keys_.size(), " AND ", [&](std::size_t i) {
    return "t." + sql_name(keys_[i]->name) + " = s." + numbered("k", i);
  });
  return sql + clauses();
}

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

std::string merge_sql(const MergePlan& plan) {
  return Writer(plan).statement();
}

}  // namespace cdckit::snow_put
