// tested by tests/integration/snow-put/test_verify.py::test_views_equal_the_source
#include "common/journal/journal_columns.hpp"
#include "common/journal/journal_source.hpp"
#include "common/journal/merge_sql.hpp"
#include "common/snow/identifiers.hpp"

#include <algorithm>

namespace cdckit::journal {
namespace {

using snow::sql_name;

// The mirror's row t beside what the journal says about its key, s.
class PictureWriter {
 public:
  explicit PictureWriter(const MergePlan& plan) : plan_(plan), source_(plan) {}

  [[nodiscard]] std::string overlaid(const std::vector<std::string>& names) const {
    const std::string mirror = sql_name(plan_.mirror);
    const std::string pos = sql_name(kPos);
    const std::string newest = "(SELECT COALESCE(MAX(" + pos + "), '') AS pos FROM " +
                               sql_name(plan_.journal) + " WHERE " + sql_name(kOp) + " = 't'" +
                               within(plan_) + ")";
    const std::string stays = "(t." + pos + " IS NULL OR t." + pos + " >= truncated.pos)";
    std::string sql = "SELECT " + items(names, stays) + "\nFROM (SELECT t.*, TRUE AS here_ FROM " +
                      mirror + " t) t FULL OUTER JOIN (\n" + source_.select() + "\n) s ON " +
                      source_.same_row() + "\nCROSS JOIN " + newest + " truncated\nWHERE ";
    if (plan_.soft_deletes) {
      return sql + "t.here_ OR NOT s.gone" +
             (source_.has_open()
                  ? " OR " +
                        source_.each_open(" OR ", [](const std::string& n) { return "s.h" + n; })
                  : "");
    }
    return sql + "IFF(" + newer() + ", NOT s.gone, t.here_ AND " + stays + ")";
  }

  [[nodiscard]] std::string journal_alone(const std::vector<std::string>& names) const {
    std::string sql = "SELECT ";
    sql += list_of(names.size(), ", ", [&](std::size_t i) {
      return of_source(names[i]) + " AS " + sql_name(names[i]);
    });
    return sql + " FROM (\n" + source_.select() + "\n) s WHERE NOT s.gone";
  }

 private:
  [[nodiscard]] std::string newer() const {
    const std::string pos = "t." + sql_name(kPos);
    return "s.pos IS NOT NULL AND (" + pos + " IS NULL OR " + pos + " <= s.edge)";
  }

  [[nodiscard]] std::string of_source(const std::string& name) const {
    if (name == kPos) return "s.pos";
    for (std::size_t i = 0; i < source_.key_columns().size(); ++i) {
      if (source_.key_columns()[i]->name == name) return "s." + numbered("k", i);
    }
    for (std::size_t i = 0; i < source_.values().size(); ++i) {
      if (source_.values()[i]->name == name) return "s." + numbered("c", i);
    }
    return "NULL";
  }

  [[nodiscard]] std::string value_of(const std::string& name) const {
    const std::string own = "t." + sql_name(name);
    for (std::size_t i = 0; i < source_.key_columns().size(); ++i) {
      if (source_.key_columns()[i]->name == name)
        return "COALESCE(s." + numbered("k", i) + ", " + own + ")";
    }
    std::string source = of_source(name);
    for (std::size_t i = 0; i < source_.values().size(); ++i) {
      if (source_.values()[i]->name == name)
        source = "IFF(t.here_, " + source_.new_value(i) + ", s." + numbered("c", i) + ")";
    }
    if (name == kPos) source = "IFF(s.gone, s.edge, s.pos)";
    return "IFF(" + newer() + ", " + source + ", " + own + ")";
  }

  [[nodiscard]] std::string items(const std::vector<std::string>& names,
                                  const std::string& stays) const {
    return list_of(names.size(), ", ", [&](std::size_t i) {
      const std::string& name = names[i];
      std::string item = value_of(name);
      if (name == kDeleted) {
        item = "IFF(" + newer() + ", s.gone, t." + sql_name(name) + " OR NOT " + stays + ")";
      }
      return item + " AS " + sql_name(name);
    });
  }

  const MergePlan& plan_;
  JournalSource source_;
};

}  // namespace

std::string picture_sql(const MergePlan& plan, const std::vector<std::string>& names) {
  return PictureWriter(plan).overlaid(names);
}

std::string journal_picture_sql(const MergePlan& plan, const std::vector<std::string>& names) {
  return PictureWriter(plan).journal_alone(names);
}

std::string create_live_sql(const MergePlan& plan,
                            const snow::TableAddress& view,
                            const snow::TableAddress& state) {
  MergePlan beyond = plan;
  beyond.folded = "(SELECT COALESCE(MIN(COALESCE(\"FOLDED_POS\", '')), '') FROM " +
                  sql_name(state) + " WHERE \"TABLE_NAME\" = " + snow::sql_text(plan.mirror.table) +
                  ")";
  std::vector<std::string> names;
  for (const snow::TableColumn& column : plan.columns) names.push_back(column.name);
  names.emplace_back(kPos);
  if (plan.soft_deletes) names.emplace_back(kDeleted);
  const auto list = list_of(names.size(), ", ", [&](std::size_t i) { return sql_name(names[i]); });
  return "CREATE OR REPLACE VIEW " + sql_name(view) + " (" + list + ") AS\n" +
         picture_sql(beyond, names);
}

}  // namespace cdckit::journal
