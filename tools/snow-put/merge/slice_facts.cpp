#include "tools/snow-put/merge/slice_facts.hpp"

#include "common/base/text.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-put/rows/journal.hpp"

#include <algorithm>
#include <set>

namespace cdckit::snow_put {
namespace {

using snow::sql_name;
using snow::sql_text;

constexpr std::size_t kLsnDigits = 16;

// Rows that came by files have no channel.
std::string channel_sql() {
  return "COALESCE(" + sql_name(kChannel) + ", '')";
}

std::string begins_with(const std::string& own) {
  if (own.empty()) return {};
  return " AND (" + sql_name(kChannel) + " IS NULL OR STARTSWITH(" + sql_name(kChannel) + ", " +
         sql_text(own) + "))";
}

std::string filled(std::string text, const std::string& hole, const std::string& value) {
  for (std::size_t at = 0; (at = text.find(hole, at)) != std::string::npos; at += value.size())
    text.replace(at, hole.size(), value);
  return text;
}

std::uint64_t number(const snow::StatementResult& result, std::size_t row, const char* name) {
  return base::parse_unsigned(result.text(row, name)).value_or(0);
}

}  // namespace

std::string SliceFacts::newest() const {
  std::string top;
  for (const auto& [name, channel] : channels)
    top = std::max({top, channel.stream, channel.snapshot});
  return top;
}

std::string own_channels(const FoldState& state, const std::string& prefix) {
  return state.source.empty() ? "" : channel_name(prefix) + "_";
}

std::string unfolded(const TableFold& fold, const std::string& own) {
  std::string sql = begins_with(own);
  if (fold.channels.empty()) return sql;
  const std::string channel = channel_sql();
  const std::string pos = sql_name(kPos);
  const std::string op = sql_name(kOp);
  std::string names;
  sql += " AND (";
  for (const auto& [name, marks] : fold.channels) {
    sql += "(" + channel + " = " + sql_text(name) + " AND " + pos + " > IFF(" + op + " = 'r', " +
           sql_text(marks.snapshot) + ", " + sql_text(marks.stream) + ")) OR ";
    names += (names.empty() ? "" : ", ") + sql_text(name);
  }
  return sql + channel + " NOT IN (" + names + "))";
}

std::string slice_facts_sql(const MergePlan& plan, const std::string& rows) {
  std::string sql = R"sql(
SELECT ${channel} AS "CHANNEL", COUNT(*) AS "ALL_ROWS",
  MAX(IFF("_CDC_OP" <> 'r', "_CDC_POS", NULL)) AS "STREAM",
  MAX(IFF("_CDC_OP" = 'r', "_CDC_POS", NULL)) AS "SNAPSHOT",
  MAX(IFF("_CDC_OP" = 't', "_CDC_POS", NULL)) AS "CUT",
  COUNT_IF("_CDC_OP" NOT IN ('c', 'r')) AS "CHANGED",
  COUNT_IF("_CDC_OP" = 'r') AS "READ_ROWS",
  COUNT_IF("_CDC_UNCHANGED" IS NOT NULL) AS "UNCHANGED",
  COUNT_IF("_CDC_OLD_KEY" IS NOT NULL) AS "MOVED",
  COUNT_IF("_CDC_OP" = 'd' AND "_CDC_NEW_KEY" IS NOT NULL) AS "LEFT_KEYS",
  MIN(IFF("_CDC_OLD_KEY" IS NOT NULL OR ("_CDC_OP" = 'd' AND "_CDC_NEW_KEY" IS NOT NULL), "_CDC_POS", NULL)) AS "FIRST_HALF"
FROM ${journal} WHERE "_CDC_POS" IS NOT NULL${rows}
GROUP BY 1)sql";
  sql = filled(std::move(sql), "${channel}", plan.journal_has_channel ? channel_sql() : "''");
  sql = filled(std::move(sql), "${journal}", sql_name(plan.journal));
  return filled(std::move(sql), "${rows}", within(plan) + rows);
}

SliceFacts slice_facts(snow::SqlApi& api, const MergePlan& plan, const std::string& rows) {
  const snow::StatementResult result = api.run(slice_facts_sql(plan, rows));
  SliceFacts facts;
  for (std::size_t i = 0; i < result.rows.size(); ++i) {
    facts.channels[result.text(i, "CHANNEL")] = {result.text(i, "STREAM"),
                                                 result.text(i, "SNAPSHOT")};
    facts.cut = std::max(facts.cut, result.text(i, "CUT"));
    facts.rows += number(result, i, "ALL_ROWS");
    facts.changed += number(result, i, "CHANGED");
    facts.snapshot += number(result, i, "READ_ROWS");
    facts.unchanged += number(result, i, "UNCHANGED");
    facts.moved += number(result, i, "MOVED");
    facts.halves += number(result, i, "MOVED") + number(result, i, "LEFT_KEYS");
    const std::string& half = result.text(i, "FIRST_HALF");
    if (!half.empty() && (facts.first_half.empty() || half < facts.first_half))
      facts.first_half = half;
  }
  return facts;
}

std::string waiting_half_sql(const MergePlan& plan,
                             const std::string& rows,
                             const std::string& first) {
  std::string sql = R"sql(
SELECT MIN(h."POS") AS "POS" FROM (
  SELECT "_CDC_POS" AS "POS", "_CDC_OP" AS "OP", LEFT("_CDC_POS", 16) AS "COMMIT_LSN",
    TO_NUMBER(SUBSTR("_CDC_POS", 18), 'XXXXXXXXXXXXXXXX') AS "N"
  FROM ${journal} WHERE (("_CDC_OP" = 'd' AND "_CDC_NEW_KEY" IS NOT NULL)
    OR ("_CDC_OP" = 'c' AND "_CDC_OLD_KEY" IS NOT NULL))${rows}) h
LEFT JOIN (
  SELECT "_CDC_OP" AS "OP", LEFT("_CDC_POS", 16) AS "COMMIT_LSN",
    TO_NUMBER(SUBSTR("_CDC_POS", 18), 'XXXXXXXXXXXXXXXX') AS "N"
  FROM ${journal} WHERE "_CDC_POS" >= ${first} AND (("_CDC_OP" = 'd' AND "_CDC_NEW_KEY" IS NOT NULL)
    OR ("_CDC_OP" = 'c' AND "_CDC_OLD_KEY" IS NOT NULL))) o
  ON o."COMMIT_LSN" = h."COMMIT_LSN" AND o."OP" <> h."OP" AND o."N" = h."N" + IFF(h."OP" = 'd', 1, -1)
WHERE o."N" IS NULL)sql";
  sql = filled(std::move(sql), "${journal}", sql_name(plan.journal));
  sql = filled(std::move(sql), "${first}", sql_text(first.substr(0, kLsnDigits)));
  return filled(std::move(sql), "${rows}", within(plan) + rows);
}

std::string waiting_half(snow::SqlApi& api,
                         const MergePlan& plan,
                         const std::string& rows,
                         const std::string& first) {
  const snow::StatementResult result = api.run(waiting_half_sql(plan, rows, first));
  return result.rows.empty() ? "" : result.text(0, "POS");
}

std::string common_top(snow::SqlApi& api,
                       const MergePlan& plan,
                       const TableFold& fold,
                       const std::string& own) {
  if (!plan.journal_has_channel) return {};
  const bool bounded = !fold.folded_pos.empty() && !fold.channels.empty();
  std::set<std::string> silent;  // known, and without rows beyond the fold
  for (const auto& [name, marks] : fold.channels) {
    if (name.starts_with(own)) silent.insert(name);
  }
  const snow::StatementResult result =
      api.run("SELECT " + sql_name(kChannel) + " AS \"CHANNEL\", MAX(IFF(" + sql_name(kOp) +
              " <> 'r', " + sql_name(kPos) + ", NULL)) AS \"TOP\" FROM " + sql_name(plan.journal) +
              " WHERE " + sql_name(kChannel) + " IS NOT NULL" + begins_with(own) +
              (bounded ? " AND " + sql_name(kPos) + " >= " + sql_text(fold.folded_pos) : "") +
              " GROUP BY 1");
  std::string least;
  for (std::size_t i = 0; i < result.rows.size(); ++i) {
    const std::string top = result.text(i, "TOP").substr(0, kLsnDigits);
    silent.erase(result.text(i, "CHANNEL"));
    if (top.empty() && !bounded) return {};
    if (top.empty()) return fold.folded_pos;  // rows of a snapshot alone
    least = least.empty() ? top : std::min(least, top);
  }
  return bounded && !silent.empty() ? fold.folded_pos : least;
}

}  // namespace cdckit::snow_put
