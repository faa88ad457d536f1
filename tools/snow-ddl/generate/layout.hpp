// What generate laid out for one source table: kept as one comment in the script that makes it, so
// that the next run knows what there is. Pure.
#pragma once

#include "common/event/schema.hpp"
#include "common/journal/journal_ddl.hpp"
#include "common/journal/merge_plan.hpp"
#include "common/journal/table_names.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::snow_ddl {

// Who folds the journal into the mirror.
enum class Folding {
  none,     // snow-put, or snow-put merge
  task,     // a task of the account, as soon as a stream has rows
  dynamic,  // nobody: the mirror is a dynamic table
};

// What the command line says; nothing: as it was, else the first choice.
struct LayoutChoice {
  std::optional<Folding> folding{};
  std::optional<std::chrono::seconds> every{};
  bool history = false;
  bool live = false;
  bool soft_deletes = false;
};

struct TableLayout {
  std::string table{};  // the mirror's stored name
  journal::SourceName source{};
  std::vector<journal::TargetColumn> columns{};
  Folding folding = Folding::none;
  std::chrono::seconds every{60};
  bool history = false;
  bool live = false;
  bool soft_deletes = false;

  [[nodiscard]] bool has_key() const { return !journal::key_in_order(columns).empty(); }
  bool operator==(const TableLayout&) const = default;
};

// Throws config when its columns cannot be laid out.
TableLayout layout_of(const event::TableSchema& schema,
                      const journal::ChosenTable& target,
                      const LayoutChoice& choice);
// `before` as it must become: columns are added and widened, never taken away; what stands beside
// stays. Throws config for what no statement can do: another key, another type.
TableLayout followed(const TableLayout& before, const TableLayout& now, const LayoutChoice& choice);

// A comment, one line.
std::string layout_comment(const TableLayout& layout);
std::string setup_comment();
bool is_setup_comment(std::string_view line);
// Nothing for another line. Throws data for one that was edited.
std::optional<TableLayout> parse_layout_comment(std::string_view line);

// As the statements of common/journal want it, in the schema that the script is applied to.
journal::MergePlan plan_of(const TableLayout& layout);

}  // namespace cdckit::snow_ddl
