#include "common/journal/merge_sql.hpp"

#include "common/journal/journal_columns.hpp"
#include "common/journal/journal_source.hpp"
#include "common/snow/identifiers.hpp"

namespace cdckit::journal {
namespace {

using snow::sql_name;

class MergeWriter {
 public:
  explicit MergeWriter(const MergePlan& plan) : plan_(plan), source_(plan) {}

  [[nodiscard]] std::string statement() const {
    if (plan_.only_new && plan_.mirror_has_position && !plan_.soft_deletes) return insert();
    return "MERGE INTO " + sql_name(plan_.mirror) + " t USING (\n" + source_.select() +
           "\n) s ON " + source_.same_row() + clauses();
  }

 private:
  [[nodiscard]] std::string key_names() const {
    return list_of(source_.key_columns().size(), ", ", [&](std::size_t i) {
      return sql_name(source_.key_columns()[i]->name);
    });
  }

  [[nodiscard]] std::string insert() const {
    std::string names = key_names();
    std::string values = source_.keys("s.");
    for (std::size_t i = 0; i < source_.values().size(); ++i) {
      names += ", " + sql_name(source_.values()[i]->name);
      values += ", s." + numbered("c", i);
    }
    return "INSERT INTO " + sql_name(plan_.mirror) + " (" + names + ", " + sql_name(kPos) +
           ") SELECT " + values + ", s.pos FROM (\n" + source_.select() + "\n) s WHERE NOT s.gone";
  }

  // A row that is deleted softly keeps what it had: a delete may know no more than its key.
  [[nodiscard]] std::string gone_clause(const std::string& not_newer) const {
    const std::string matched = "\nWHEN MATCHED AND s.gone" + not_newer;
    if (!plan_.soft_deletes) return matched + " THEN DELETE";
    const std::string deleted = sql_name(kDeleted);
    std::string sql = matched + " AND NOT t." + deleted + " THEN UPDATE SET " + deleted + " = TRUE";
    for (std::size_t i = 0; i < source_.values().size(); ++i)
      sql += ", " + sql_name(source_.values()[i]->name) + " = " + source_.new_value(i);
    if (plan_.mirror_has_position) sql += ", " + sql_name(kPos) + " = s.edge";
    return sql;
  }

  // What is inserted: rows that are there, and of those that are deleted softly what is known of.
  [[nodiscard]] std::string inserted() const {
    if (!plan_.soft_deletes || !source_.has_open()) return "NOT s.gone";
    return "(NOT s.gone OR " +
           source_.each_open(" OR ", [](const std::string& n) { return "s.h" + n; }) + ")";
  }

  [[nodiscard]] std::string clauses() const {
    const bool has_position = plan_.mirror_has_position;
    const std::string pos = sql_name(kPos);
    const std::string not_newer =
        has_position ? " AND (t." + pos + " IS NULL OR t." + pos + " <= s.edge)" : "";
    std::string differs;
    std::string assignments;
    std::string names = key_names();
    std::string values = source_.keys("s.");
    const auto add =
        [&](const std::string& name, const std::string& update, const std::string& insert) {
          if (!differs.empty()) differs += " OR ";
          if (!assignments.empty()) assignments += ", ";
          differs += "t." + name + " IS DISTINCT FROM " + update;
          assignments += name + " = " + update;
          names += ", " + name;
          values += ", " + insert;
        };
    for (std::size_t i = 0; i < source_.values().size(); ++i)
      add(sql_name(source_.values()[i]->name), source_.new_value(i), "s." + numbered("c", i));
    if (has_position) add(pos, "s.pos", "s.pos");
    if (plan_.soft_deletes) add(sql_name(kDeleted), "FALSE", "s.gone");
    std::string sql = gone_clause(not_newer);
    if (!differs.empty()) {
      sql += "\nWHEN MATCHED AND NOT s.gone" + not_newer + " AND (" + differs +
             ") THEN UPDATE SET " + assignments;
    }
    return sql + "\nWHEN NOT MATCHED AND " + inserted() + " THEN INSERT (" + names + ") VALUES (" +
           values + ")";
  }

  const MergePlan& plan_;
  JournalSource source_;
};

}  // namespace

std::string merge_sql(const MergePlan& plan) {
  return MergeWriter(plan).statement();
}

std::string truncate_sql(const MergePlan& plan) {
  const std::string mirror = sql_name(plan.mirror);
  const std::string pos = sql_name(kPos);
  const std::string newest = "(SELECT MAX(" + pos + ") FROM " + sql_name(plan.journal) + " WHERE " +
                             sql_name(kOp) + " = 't'" + within(plan) + ")";
  if (plan.soft_deletes) {
    return "UPDATE " + mirror + " SET " + sql_name(kDeleted) + " = TRUE WHERE NOT " +
           sql_name(kDeleted) + " AND " + pos + " < " + newest;
  }
  return "DELETE FROM " + mirror + " WHERE " + pos + " < " + newest;
}

std::string create_graves_sql(const MergePlan& plan, const snow::TableAddress& graves) {
  const JournalSource source(plan);
  std::string sql = "CREATE TABLE IF NOT EXISTS " + sql_name(graves) + " (";
  for (const snow::TableColumn* column : source.key_columns())
    sql += sql_name(column->name) + " " + column->type + " NOT NULL, ";
  return sql + sql_name(kPos) + " VARCHAR NOT NULL)";
}

std::string bury_sql(const MergePlan& plan) {
  const JournalSource source(plan);
  const auto& keys = source.key_columns();
  const std::string pos = sql_name(kPos);
  const auto names = [&](const std::string& before) {
    return list_of(
        keys.size(), ", ", [&](std::size_t i) { return before + sql_name(keys[i]->name); });
  };
  std::string sql =
      "MERGE INTO " + sql_name(*plan.graves) + " t USING (SELECT " +
      list_of(keys.size(),
              ", ",
              [&](std::size_t i) { return sql_name(keys[i]->name) + " AS " + numbered("k", i); }) +
      ", MAX(" + pos + ") AS pos FROM " + sql_name(plan.journal) + " WHERE " + sql_name(kOp) +
      " = 'd'";
  for (const snow::TableColumn* column : keys)
    sql += " AND " + sql_name(column->name) + " IS NOT NULL";
  sql += within(plan) + " GROUP BY " + names("") + ") s ON " + source.same_row();
  sql += " WHEN MATCHED AND t." + pos + " < s.pos THEN UPDATE SET " + pos +
         " = s.pos WHEN NOT MATCHED THEN INSERT (" + names("") + ", " + pos + ") VALUES (" +
         source.keys("s.") + ", s.pos)";
  return sql;
}

}  // namespace cdckit::journal
