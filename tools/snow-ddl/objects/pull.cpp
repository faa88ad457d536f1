#include "tools/snow-ddl/objects/pull.hpp"

#include "common/base/text.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-ddl/result/new_file.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

struct Kind {
  const char* shown;  // in SHOW
  const char* ddl;    // for GET_DDL
};

// What comes later may use what comes before.
constexpr std::array<Kind, 11> kKinds{Kind{"FILE FORMATS", "FILE_FORMAT"},
                                      Kind{"SEQUENCES", "SEQUENCE"},
                                      Kind{"TABLES", "TABLE"},
                                      Kind{"USER FUNCTIONS", "FUNCTION"},
                                      Kind{"VIEWS", "VIEW"},
                                      Kind{"DYNAMIC TABLES", "DYNAMIC_TABLE"},
                                      Kind{"STREAMS", "STREAM"},
                                      Kind{"PROCEDURES", "PROCEDURE"},
                                      Kind{"PIPES", "PIPE"},
                                      Kind{"TASKS", "TASK"},
                                      Kind{"ALERTS", "ALERT"}};

bool has_column(const snow::StatementResult& result, const char* name) {
  return std::any_of(result.columns.begin(), result.columns.end(), [&](const auto& column) {
    return base::to_lower(column.name) == name;
  });
}

// P(NUMBER, VARCHAR) RETURN VARCHAR -> (NUMBER, VARCHAR)
std::string arguments_of(const std::string& shown) {
  const std::size_t begin = shown.find('(');
  const std::size_t end = shown.rfind(" RETURN");
  if (begin == std::string::npos || end == std::string::npos || end < begin) return "()";
  return shown.substr(begin, end - begin);
}

struct Shown {
  std::string created;
  std::string name;
};

// In the order in which they were made: views are made of views before them.
std::vector<Shown> show(const Execute& execute, const Kind& kind, const std::string& schema) {
  std::vector<Shown> out;
  snow::StatementResult result;
  try {
    result = run_text(execute, fmt::format("SHOW {} IN SCHEMA {}", kind.shown, schema));
  } catch (const snow::SqlError& error) {
    if (error.kind() == base::ErrorKind::temporary) throw;
    return out;  // this account has no such objects
  }
  for (std::size_t row = 0; row < result.rows.size(); ++row) {
    if (has_column(result, "is_builtin") && result.text(row, "is_builtin") == "Y") continue;
    if (has_column(result, "is_dynamic") && result.text(row, "is_dynamic") == "Y") continue;
    std::string name = schema + "." + snow::sql_name(result.text(row, "name"));
    if (has_column(result, "arguments")) name += arguments_of(result.text(row, "arguments"));
    out.push_back({result.text(row, "created_on"), std::move(name)});
  }
  std::sort(out.begin(), out.end(), [](const Shown& a, const Shown& b) {
    return a.created != b.created ? a.created < b.created : a.name < b.name;
  });
  return out;
}

std::string ddl_of(const Execute& execute, const Kind& kind, const std::string& name) {
  const auto result = run_text(
      execute,
      fmt::format("SELECT GET_DDL('{}', {}, TRUE) AS DDL", kind.ddl, snow::sql_text(name)));
  std::string text(base::trim(result.text(0, "DDL")));
  if (!text.ends_with(';')) text += ';';
  return text;
}

}  // namespace

std::vector<PulledScript> pull_schemas(const Execute& execute,
                                       const std::string& database,
                                       const std::string& schema) {
  const auto schemas = run_text(execute, "SHOW SCHEMAS IN DATABASE " + snow::sql_name(database));
  std::vector<PulledScript> scripts;
  for (std::size_t row = 0; row < schemas.rows.size(); ++row) {
    const std::string& name = schemas.text(row, "name");
    if (name == "INFORMATION_SCHEMA" || (!schema.empty() && name != schema)) continue;
    const std::string place = snow::sql_name(database) + "." + snow::sql_name(name);
    PulledScript script;
    script.file = fmt::format("V{}__{}.sql", scripts.size() + 1, file_part(name));
    script.text = fmt::format("create schema if not exists {};\n", place);
    for (const Kind& kind : kKinds) {
      for (const Shown& shown : show(execute, kind, place)) {
        script.text += "\n" + ddl_of(execute, kind, shown.name) + "\n";
        ++script.objects;
      }
    }
    scripts.push_back(std::move(script));
  }
  return scripts;
}

}  // namespace cdckit::snow_ddl
