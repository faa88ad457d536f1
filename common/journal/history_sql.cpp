// tested by tests/integration/snow-put/test_verify.py::test_history_shows_every_commit
#include "common/journal/history_sql.hpp"

#include "common/journal/journal_columns.hpp"
#include "common/journal/journal_source.hpp"
#include "common/snow/identifiers.hpp"

namespace cdckit::journal {
namespace {

using snow::sql_name;

class HistoryWriter {
 public:
  HistoryWriter(const MergePlan& plan, const snow::TableAddress& history)
      : plan_(plan), source_(plan), history_(sql_name(history)) {}

  // Open versions of keys that change: until the first commit that changes them.
  [[nodiscard]] std::string close_changed() const {
    return "MERGE INTO " + history_ + " t USING (\n" + source_.changes_alone() + versions() +
           "\nSELECT " + source_.keys("") +
           ", MIN(lsn) AS lsn, MIN(ts) AS ts FROM versions GROUP BY " + source_.keys("") +
           "\n) s ON " + source_.same_row() + " AND t." + kTo + " IS NULL AND t." + kFrom +
           " < s.lsn WHEN MATCHED THEN UPDATE SET " + kTo + " = s.lsn, " + kToTs + " = s.ts";
  }

  // All others: until the first truncate.
  [[nodiscard]] std::string close_truncated() const {
    return "MERGE INTO " + history_ + " t USING (SELECT MIN(LEFT(" + sql_name(kPos) +
           ", 16)) AS lsn, MIN(" + sql_name(kCommitTs) + ") AS ts FROM " + sql_name(plan_.journal) +
           " WHERE " + sql_name(kOp) + " = 't'" + within(plan_) + ") s ON t." + kTo +
           " IS NULL AND t." + kFrom + " < s.lsn WHEN MATCHED THEN UPDATE SET " + kTo +
           " = s.lsn, " + kToTs + " = s.ts";
  }

  [[nodiscard]] std::string add() const {
    std::string names;
    std::string values;
    for (std::size_t i = 0; i < source_.key_columns().size(); ++i) {
      names += sql_name(source_.key_columns()[i]->name) + ", ";
      values += "c." + numbered("k", i) + ", ";
    }
    for (std::size_t i = 0; i < source_.values().size(); ++i) {
      names += sql_name(source_.values()[i]->name) + ", ";
      values += source_.state_value(i) + ", ";
    }
    const std::string own = "PARTITION BY " + source_.keys("");
    return "INSERT INTO " + history_ + " (" + names + kFrom + ", " + kTo + ", " + kFromTs + ", " +
           kToTs + ")\n" + source_.every_state() + versions() +
           ",\nspans AS (SELECT *, LEAD(lsn) OVER (" + own +
           " ORDER BY lsn) AS next_lsn, LEAD(ts) OVER (" + own +
           " ORDER BY lsn) AS next_ts FROM versions)\nSELECT " + values +
           "x.lsn, x.next_lsn, x.ts, x.next_ts FROM spans x JOIN " +
           (source_.has_open() ? "states" : "changes") + " c ON c.pos = x.pos AND " +
           list_of(
               source_.key_columns().size(),
               " AND ",
               [](std::size_t i) { return "c." + numbered("k", i) + " = x." + numbered("k", i); }) +
           source_.join_roots() + " WHERE x.op <> 'd' QUALIFY ROW_NUMBER() OVER (PARTITION BY " +
           source_.keys("x.") + ", x.lsn ORDER BY x.pos) = 1";
  }

 private:
  // The last change of a key in each commit; a truncate deletes every key.
  [[nodiscard]] std::string versions() const {
    const std::string keys = source_.keys("");
    if (!plan_.has_truncates) {
      return ",\nversions AS (SELECT " + keys +
             ", pos, op, ts, LEFT(pos, 16) AS lsn FROM changes QUALIFY ROW_NUMBER() OVER "
             "(PARTITION BY " +
             keys + ", LEFT(pos, 16) ORDER BY pos DESC) = 1)";
    }
    return ",\nemptied AS (SELECT " + sql_name(kPos) + " AS pos, " + sql_name(kCommitTs) +
           " AS ts FROM " + sql_name(plan_.journal) + " WHERE " + sql_name(kOp) + " = 't'" +
           within(plan_) + "),\ntouched AS (SELECT " + keys +
           ", pos, op, ts, LEFT(pos, 16) AS lsn FROM changes UNION ALL SELECT " +
           source_.keys("o.") + ", e.pos, 'd', e.ts, LEFT(e.pos, 16) FROM (SELECT DISTINCT " +
           keys +
           " FROM changes) o CROSS JOIN emptied e),\nversions AS (SELECT * FROM touched QUALIFY "
           "ROW_NUMBER() OVER (PARTITION BY " +
           keys + ", lsn ORDER BY pos DESC) = 1)";
  }

  static constexpr const char* kFrom = "\"_CDC_VALID_FROM\"";
  static constexpr const char* kTo = "\"_CDC_VALID_TO\"";
  static constexpr const char* kFromTs = "\"_CDC_FROM_TS\"";
  static constexpr const char* kToTs = "\"_CDC_TO_TS\"";

  const MergePlan& plan_;
  JournalSource source_;
  std::string history_;
};

}  // namespace

std::string create_history_sql(const MergePlan& plan, const snow::TableAddress& history) {
  std::string sql = "CREATE TABLE IF NOT EXISTS " + sql_name(history) + " (";
  for (const snow::TableColumn& column : plan.columns)
    sql += sql_name(column.name) + " " + column.type + ", ";
  return sql +
         "\"_CDC_VALID_FROM\" VARCHAR NOT NULL, \"_CDC_VALID_TO\" VARCHAR, "
         "\"_CDC_FROM_TS\" TIMESTAMP_TZ(6), \"_CDC_TO_TS\" TIMESTAMP_TZ(6))";
}

std::vector<std::string> history_sql(const MergePlan& plan, const snow::TableAddress& history) {
  const HistoryWriter writer(plan, history);
  if (!plan.has_truncates) return {writer.close_changed(), writer.add()};
  return {writer.close_changed(), writer.close_truncated(), writer.add()};
}

}  // namespace cdckit::journal
