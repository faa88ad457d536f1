#include "tools/snow-ddl/generate/layout.hpp"

#include "common/base/error.hpp"
#include "common/snow/type_map.hpp"
#include "tools/snow-ddl/generate/places.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cdckit::snow_ddl {
namespace {

using journal::TargetColumn;
using nlohmann::json;

constexpr std::string_view kMark = "-- snow-ddl generate: ";
constexpr const char* kSetup = R"({"setup":1})";

std::string_view to_text(Folding folding) noexcept {
  return folding == Folding::task ? "task" : folding == Folding::dynamic ? "dynamic" : "none";
}

Folding folding_of(const std::string& text) {
  return text == "task" ? Folding::task : text == "dynamic" ? Folding::dynamic : Folding::none;
}

[[noreturn]] void refuse(const TableLayout& layout, const std::string& why, std::string hint = {}) {
  throw base::Error(base::ErrorKind::config,
                    fmt::format("could not follow \"{}.{}\" in table \"{}\": {}",
                                layout.source.first,
                                layout.source.second,
                                layout.table,
                                why),
                    std::move(hint));
}

std::vector<std::string> key_names(const TableLayout& layout) {
  std::vector<std::string> names;
  for (const TargetColumn& column : journal::key_in_order(layout.columns))
    names.push_back(column.name);
  return names;
}

void follow_column(TableLayout& layout, const TargetColumn& wanted) {
  const auto found =
      std::find_if(layout.columns.begin(), layout.columns.end(), [&](const TargetColumn& column) {
        return column.name == wanted.name;
      });
  if (found == layout.columns.end()) {
    layout.columns.push_back(wanted);
    return;
  }
  const snow::ColumnType present = snow::parse_column_type(found->type);
  const snow::ColumnType needed = snow::parse_column_type(wanted.type);
  if (snow::can_hold(present, needed)) return;
  const std::string wider = snow::widened_type(present, needed);
  if (wider.empty())
    refuse(
        layout,
        fmt::format("column \"{}\" is {}, and {} is needed", wanted.name, found->type, wanted.type),
        "No statement changes a column to that type: give the table another name with "
        "--table-map, or the column another one at the source.");
  found->type = wider;
}

// No `$`: what a script says of variables is replaced in comments, too.
std::string without_dollars(std::string text) {
  for (std::size_t at = 0; (at = text.find('$', at)) != std::string::npos;)
    text.replace(at, 1, "\\u0024");
  return text;
}

}  // namespace

TableLayout layout_of(const event::TableSchema& schema,
                      const journal::ChosenTable& target,
                      const LayoutChoice& choice) {
  TableLayout layout;
  layout.table = target.name;
  layout.source = {schema.schema, schema.table};
  layout.columns = journal::target_columns(schema, {target.name, {}, target.constants});
  layout.folding = choice.folding.value_or(Folding::none);
  layout.every = choice.every.value_or(layout.every);
  layout.history = choice.history;
  layout.live = choice.live;
  layout.soft_deletes = choice.soft_deletes;
  return layout;
}

TableLayout followed(const TableLayout& before,
                     const TableLayout& now,
                     const LayoutChoice& choice) {
  TableLayout layout = before;
  if (key_names(before) != key_names(now))
    refuse(now,
           "its key has changed",
           "Make the tables anew under another name: --table-map SCHEMA.TABLE=NAME.");
  for (const TargetColumn& column : now.columns) follow_column(layout, column);
  layout.folding = choice.folding.value_or(before.folding);
  layout.every = choice.every.value_or(before.every);
  layout.history = before.history || choice.history;
  layout.live = before.live || choice.live;
  const bool from = before.folding == Folding::dynamic;
  const bool to = layout.folding == Folding::dynamic;
  if (from != to)
    refuse(now,
           "a table does not become a dynamic table, nor the other way round",
           "Drop it in a script of your own, and begin a new folder.");
  if (choice.soft_deletes && !before.soft_deletes)
    refuse(now, "its mirror was made without --soft-deletes");
  return layout;
}

std::string layout_comment(const TableLayout& layout) {
  json columns = json::array();
  for (const TargetColumn& column : layout.columns)
    columns.push_back({column.name, column.type, column.key_place});
  const json all = {{"table", layout.table},
                    {"source", {layout.source.first, layout.source.second}},
                    {"columns", columns},
                    {"merge", to_text(layout.folding)},
                    {"every", layout.every.count()},
                    {"history", layout.history},
                    {"live", layout.live},
                    {"soft_deletes", layout.soft_deletes}};
  return std::string(kMark) + without_dollars(all.dump());
}

std::string setup_comment() {
  std::string out(kMark);
  out += kSetup;
  return out;
}

bool is_setup_comment(std::string_view line) {
  return line == setup_comment();
}

std::optional<TableLayout> parse_layout_comment(std::string_view line) {
  if (!line.starts_with(kMark) || is_setup_comment(line)) return std::nullopt;
  try {
    const json all = json::parse(line.substr(kMark.size()));
    TableLayout layout;
    layout.table = all.at("table").get<std::string>();
    layout.source = {all.at("source").at(0).get<std::string>(),
                     all.at("source").at(1).get<std::string>()};
    for (const json& column : all.at("columns"))
      layout.columns.push_back({column.at(0).get<std::string>(),
                                column.at(1).get<std::string>(),
                                column.at(2).get<int>()});
    layout.folding = folding_of(all.at("merge").get<std::string>());
    layout.every = std::chrono::seconds(all.at("every").get<std::int64_t>());
    layout.history = all.at("history").get<bool>();
    layout.live = all.at("live").get<bool>();
    layout.soft_deletes = all.at("soft_deletes").get<bool>();
    return layout;
  } catch (const json::exception& error) {
    throw base::Error(base::ErrorKind::data,
                      fmt::format("could not read what was generated before: {}", error.what()),
                      "The line \"-- snow-ddl generate: {..}\" must stay as it was written.");
  }
}

journal::MergePlan plan_of(const TableLayout& layout) {
  journal::MergePlan plan;
  plan.journal = in_schema(journal::journal_name(layout.table));
  plan.mirror = in_schema(layout.table);
  for (const TargetColumn& column : layout.columns)
    plan.columns.push_back({.name = column.name,
                            .type = column.type,
                            .parsed = snow::parse_column_type(column.type),
                            .nullable = column.key_place == 0,
                            .in_primary_key = column.key_place > 0,
                            .comment = {}});
  plan.key = key_names(layout);
  plan.mirror_has_position = true;
  plan.soft_deletes = layout.soft_deletes;
  return plan;
}

}  // namespace cdckit::snow_ddl
