#include "tools/pg-load/commands/verify_target.hpp"

#include "common/base/error.hpp"
#include "common/pg/session_settings.hpp"
#include "tools/pg-load/table/table_setup.hpp"

#include <algorithm>

namespace cdckit::pg_load {
namespace {

constexpr const char* kPositions = R"sql(
SELECT source, coalesce(max(pos) FILTER (WHERE part = ''), ''),
       coalesce(max(pos) FILTER (WHERE part = 'checkpoint'), '')
FROM cdckit.positions WHERE part IN ('', 'checkpoint') AND ($1 = '' OR source = $1)
GROUP BY source ORDER BY source)sql";

}  // namespace

Standing standing(std::string_view applied,
                  std::string_view checkpoint,
                  std::string_view wanted) noexcept {
  if (applied.empty() && checkpoint.empty()) return Standing::unknown;
  if (applied.substr(0, applied.find('/')) >= wanted && !applied.empty()) return Standing::ahead;
  return checkpoint >= wanted ? Standing::same : Standing::behind;
}

VerifyTarget::VerifyTarget(Session& session) : session_(session) {
  // Rows that a policy hides from us would count as equal.
  session_.connection().execute(pg::kRefuseRowSecurity);
  session_.connection().execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

Standing VerifyTarget::standing_at(std::string_view pos, const std::string& source) {
  pg::Connection& connection = session_.connection();
  if (connection.query("SELECT to_regclass('cdckit.positions')").is_null(0, 0))
    return Standing::unknown;
  const pg::Parameter parameters[] = {source};
  const pg::Result result = connection.query(kPositions, parameters);
  if (result.rows() == 0) return Standing::unknown;
  if (result.rows() > 1) {
    throw base::Error(base::ErrorKind::unavailable,
                      "could not tell the position of the target: several sources were applied",
                      "Name one with --source, e.g. \"" + result.text(0, 0) + "\".");
  }
  stored_ = std::max(result.text(0, 1), result.text(0, 2));
  return standing(result.at(0, 1), result.at(0, 2), pos);
}

pg::DigestTable VerifyTarget::table(const TableName& name,
                                    const std::optional<event::TableSchema>& shape,
                                    const std::vector<std::string>& key) {
  const auto target = find_target(session_, name, key);
  if (!target) throw missing_table(name, false, known_tables(session_, !name.schema.empty()));
  pg::DigestRequest request;
  request.schema = target->name.schema;
  request.table = target->name.table;
  for (const std::size_t column : target->key) request.key.push_back(target->columns[column].name);
  if (shape) {
    for (const event::Column& column : shape->columns) request.columns.push_back(column.name);
    if (key.empty()) request.key = shape->key;
    request.generated = true;
  }
  return pg::describe_digest(connection(), request);
}

}  // namespace cdckit::pg_load
