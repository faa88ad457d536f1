#include "tools/snow-ddl/objects/object_store.hpp"

#include "common/base/text.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-ddl/history/table_maker.hpp"

#include <cctype>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

constexpr const char* kColumns =
    "KIND VARCHAR, NAME VARCHAR, DDL VARCHAR, SCRIPT VARCHAR, AT TIMESTAMP_LTZ";

}  // namespace

std::string normalised_ddl(std::string_view ddl) {
  std::string_view rest = base::trim(ddl);
  while (rest.ends_with(';')) rest = base::trim(rest.substr(0, rest.size() - 1));
  std::string out;
  char quote = 0;
  for (const char c : rest) {
    const bool blank = quote == 0 && std::isspace(static_cast<unsigned char>(c)) != 0;
    if (quote != 0 && c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    }
    if (!blank) {
      out += c;
    } else if (!out.ends_with(' ')) {
      out += ' ';
    }
  }
  return out;
}

ObjectStore::ObjectStore(const HistoryTable& history, Execute execute)
    : table_(history.beside("_OBJECTS")), execute_(std::move(execute)) {}

std::optional<std::string> ObjectStore::live_text(const std::string& kind,
                                                  const std::string& name) const {
  try {
    const auto result = run_text(
        execute_,
        fmt::format(
            "SELECT GET_DDL({}, {}, TRUE) AS DDL", snow::sql_text(kind), snow::sql_text(name)));
    if (result.rows.empty()) return std::nullopt;
    return result.text(0, "DDL");
  } catch (const snow::SqlError& error) {
    if (error.kind() == base::ErrorKind::temporary) throw;
    return std::nullopt;  // gone, or not to be had for this role
  }
}

void ObjectStore::keep(const std::string& script, const std::vector<MadeObject>& objects) {
  if (objects.empty()) return;
  std::vector<std::string> statements;
  for (const MadeObject& object : objects) {
    statements.push_back(fmt::format("DELETE FROM {} WHERE KIND = {} AND NAME = {}",
                                     sql_name(table_),
                                     snow::sql_text(object.kind),
                                     snow::sql_text(object.name)));
    const auto text = object.dropped ? std::nullopt : live_text(object.kind, object.name);
    if (!text) continue;
    statements.push_back(
        fmt::format("INSERT INTO {} (KIND, NAME, DDL, SCRIPT, AT) SELECT {}, {}, {}, {}, "
                    "CURRENT_TIMESTAMP()",
                    sql_name(table_),
                    snow::sql_text(object.kind),
                    snow::sql_text(object.name),
                    snow::sql_text(*text),
                    snow::sql_text(script)));
  }
  (void)run_on_table(
      execute_, table_, kColumns, fmt::format("SELECT KIND FROM {} WHERE 1 = 0", sql_name(table_)));
  run_together(execute_, statements);
}

std::vector<StoredObject> ObjectStore::read() {
  std::vector<StoredObject> out;
  try {
    const auto result =
        run_text(execute_,
                 fmt::format("SELECT KIND, NAME, DDL, SCRIPT FROM {} ORDER BY NAME, KIND",
                             sql_name(table_)));
    for (std::size_t row = 0; row < result.rows.size(); ++row)
      out.push_back({result.text(row, "KIND"),
                     result.text(row, "NAME"),
                     result.text(row, "DDL"),
                     result.text(row, "SCRIPT")});
  } catch (const snow::SqlError& error) {
    if (!error.is_missing_object()) throw;
  }
  return out;
}

std::vector<Drift> ObjectStore::find_drift() {
  std::vector<Drift> out;
  for (const StoredObject& object : read()) {
    const auto text = live_text(object.kind, object.name);
    if (!text) {
      out.push_back({object, "missing"});
    } else if (normalised_ddl(*text) != normalised_ddl(object.ddl)) {
      out.push_back({object, "changed"});
    }
  }
  return out;
}

}  // namespace cdckit::snow_ddl
