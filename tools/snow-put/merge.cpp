#include "tools/snow-put/merge.hpp"

#include "common/base/error.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"
#include "tools/snow-put/journal_ddl.hpp"
#include "tools/snow-put/table_names.hpp"

#include <algorithm>
#include <chrono>

namespace cdckit::snow_put {
namespace {

using base::ErrorKind;

base::Error missing(const snow::TableAddress& table, const std::string& hint) {
  return {ErrorKind::unavailable, "could not find table " + snow::sql_name(table), hint};
}

// The mirror made from the journal alone, whose comments remember the key.
snow::TableDescription create_mirror(snow::SqlApi& api,
                                     const MergeRequest& request,
                                     const snow::TableDescription& journal) {
  std::vector<TargetColumn> columns = columns_of_journal(journal);
  for (TargetColumn& column : columns) {
    if (request.key.empty()) break;
    const auto place = std::find(request.key.begin(), request.key.end(), column.name);
    column.key_place =
        place == request.key.end() ? 0 : static_cast<int>(place - request.key.begin()) + 1;
  }
  api.run(create_mirror_sql(request.mirror, columns));
  auto mirror = snow::describe_table(api, request.mirror);
  if (!mirror) throw missing(request.mirror, "");
  return *mirror;
}

std::vector<std::string> key_of(const MergeRequest& request, const snow::TableDescription& mirror) {
  std::vector<std::string> key = request.key.empty() ? mirror.primary_key() : request.key;
  for (const std::string& name : key) {
    if (mirror.find(name) == nullptr) {
      throw base::Error(ErrorKind::unavailable,
                        "could not use key column \"" + name +
                            "\": " + snow::sql_name(request.mirror) + " has none");
    }
  }
  if (!key.empty()) return key;
  throw base::Error(ErrorKind::unavailable,
                    "could not merge into " + snow::sql_name(request.mirror) + ": it has no key",
                    "Declare a PRIMARY KEY, or name the key's columns with --key.");
}

MergePlan make_plan(snow::SqlApi& api, const MergeRequest& request) {
  MergePlan plan;
  plan.mirror = request.mirror;
  plan.journal = request.mirror;
  plan.journal.table = journal_name(request.mirror.table);
  const auto journal = snow::describe_table(api, plan.journal);
  if (!journal) throw missing(plan.journal, "snow-put --create makes it with the first events.");
  auto mirror = snow::describe_table(api, plan.mirror);
  if (!mirror && !request.create) throw missing(plan.mirror, "--create makes it.");
  if (!mirror) mirror = create_mirror(api, request, *journal);
  for (const snow::TableColumn& column : mirror->columns) {
    if (is_metadata_name(column.name)) continue;
    if (journal->find(column.name) != nullptr) plan.columns.push_back(column);
  }
  plan.mirror_has_position = mirror->find(std::string(kPos)) != nullptr;
  plan.key = key_of(request, *mirror);
  return plan;
}

}  // namespace

MergeResult merge_table(snow::SqlApi& api, const MergeRequest& request) {
  const auto start = std::chrono::steady_clock::now();
  snow::Statement statement;
  statement.text = merge_sql(make_plan(api, request));
  statement.parameters = {{"timezone", "UTC"}, {"query_tag", "snow-put merge"}};
  log::debug(statement.text);
  const snow::StatementResult answer = api.run(statement);
  MergeResult result{request.mirror.table, answer.inserted, answer.updated, answer.deleted, 0};
  result.milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(
                            std::chrono::steady_clock::now() - start)
                            .count();
  return result;
}

std::string merge_receipt(const MergeResult& result) {
  std::string line = R"({"tool":"snow-put","table":)";
  ndjson::append_string(line, result.table);
  line += R"(,"inserted":)" + std::to_string(result.inserted) + R"(,"updated":)" +
          std::to_string(result.updated) + R"(,"deleted":)" + std::to_string(result.deleted) +
          R"(,"ms":)" + std::to_string(result.milliseconds) + "}";
  return line;
}

}  // namespace cdckit::snow_put
