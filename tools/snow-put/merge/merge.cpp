#include "tools/snow-put/merge/merge.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/cli/nearest.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-put/rows/journal.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

namespace cdckit::snow_put {
namespace {

using base::ErrorKind;

base::Error missing(snow::SqlApi& api, const snow::TableAddress& table, const std::string& hint) {
  const snow::StatementResult tables =
      api.run("SHOW TABLES IN SCHEMA " + snow::sql_name(table.database) + "." +
              snow::sql_name(table.schema));
  std::vector<std::string> names;
  for (std::size_t i = 0; i < tables.rows.size(); ++i) names.push_back(tables.text(i, "name"));
  return {ErrorKind::unavailable,
          "could not find table " + snow::sql_name(table),
          cli::near_miss_first(table.table, names, hint)};
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
  if (!mirror) throw missing(api, request.mirror, "");
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

}  // namespace

MergePlan make_plan(snow::SqlApi& api, const MergeRequest& request) {
  MergePlan plan;
  plan.mirror = request.mirror;
  plan.journal = request.mirror;
  plan.journal.table = journal_name(request.mirror.table);
  const auto journal = snow::describe_table(api, plan.journal);
  if (!journal)
    throw missing(api, plan.journal, "snow-put --create makes it with the first events.");
  auto mirror = snow::describe_table(api, plan.mirror);
  if (!mirror && !request.create) throw missing(api, plan.mirror, "--create makes it.");
  plan.mirror_is_new = !mirror;
  if (!mirror) mirror = create_mirror(api, request, *journal);
  for (const snow::TableColumn& column : mirror->columns) {
    if (is_metadata_name(column.name)) continue;
    if (journal->find(column.name) != nullptr) plan.columns.push_back(column);
  }
  plan.mirror_has_position = mirror->find(std::string(kPos)) != nullptr;
  plan.soft_deletes = mirror->find(std::string(kDeleted)) != nullptr;
  plan.key = key_of(request, *mirror);
  plan.journal_has_channel = journal->find(std::string(kChannel)) != nullptr;
  return plan;
}

MergeResult merge_table(snow::SqlApi& api, const MergeRequest& request) {
  const auto start = std::chrono::steady_clock::now();
  snow::Statement statement;
  statement.text = merge_sql(make_plan(api, request));
  statement.parameters = {{"timezone", "UTC"}, {"query_tag", "snow-put merge"}};
  log::debug(statement.text);
  const snow::StatementResult answer = api.run(statement);
  MergeResult result;
  result.table = request.mirror.table;
  result.query_id = answer.handle;
  result.inserted = answer.inserted;
  result.updated = answer.updated;
  result.deleted = answer.deleted;
  result.milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(
                            std::chrono::steady_clock::now() - start)
                            .count();
  return result;
}

bool bounds_a_fold(const std::string& checkpoint_pos) {
  return checkpoint_pos.size() == 16 && base::parse_hex(checkpoint_pos).has_value();
}

std::string merge_receipt(const MergeResult& result) {
  const auto text = [](std::string& line, const std::string& value) {
    if (value.empty()) {
      line += "null";
    } else {
      ndjson::append_string(line, value);
    }
  };
  std::string line = R"({"tool":"snow-put","merge":)";
  ndjson::append_string(line, result.table);
  line += R"(,"from":)";
  text(line, result.from);
  line += R"(,"upto":)";
  text(line, result.upto);
  line += R"(,"inserted":)" + std::to_string(result.inserted) + R"(,"updated":)" +
          std::to_string(result.updated) + R"(,"deleted":)" + std::to_string(result.deleted) +
          R"(,"ms":)" + std::to_string(result.milliseconds) + R"(,"query_id":)";
  text(line, result.query_id);
  return line + "}";
}

}  // namespace cdckit::snow_put
