#include "tools/snow-put/commands/privileges.hpp"

#include "common/snow/identifiers.hpp"
#include "tools/snow-put/rows/journal.hpp"
#include "tools/snow-put/target/source_state.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>

namespace cdckit::snow_put {
namespace {

constexpr std::array<const char*, 2> kAdministrators = {"ACCOUNTADMIN", "SYSADMIN"};

// As SHOW prints it: quoted only where it must be.
std::string shown(const std::string& name) {
  return snow::is_plain_name(name) ? name : snow::sql_name(name);
}

class Holdings {
 public:
  Holdings(snow::SqlApi& api, const std::string& role) {
    std::vector<std::string> waiting = {role, "PUBLIC"};
    while (!waiting.empty()) {
      const std::string next = std::move(waiting.back());
      waiting.pop_back();
      if (!roles_.insert(next).second) continue;
      const snow::StatementResult grants = api.run("SHOW GRANTS TO ROLE " + snow::sql_name(next));
      for (std::size_t i = 0; i < grants.rows.size(); ++i) {
        const std::string& kind = grants.text(i, "granted_on");
        const std::string& name = grants.text(i, "name");
        if (kind == "ROLE") waiting.push_back(snow::typed_name(name));
        held_.insert(grants.text(i, "privilege") + " on " + kind + " " + name);
      }
    }
  }

  [[nodiscard]] bool has(const std::string& privilege, const std::string& object) const {
    return std::any_of(kAdministrators.begin(),
                       kAdministrators.end(),
                       [&](const char* role) { return roles_.contains(role); }) ||
           held_.contains(privilege + " on " + object) || held_.contains("ALL on " + object) ||
           held_.contains("OWNERSHIP on " + object);
  }

 private:
  std::set<std::string> roles_;
  std::set<std::string> held_;
};

// What is done with a table, by its name.
std::vector<const char*> uses_of(const std::string& table,
                                 const std::set<std::string>& tables,
                                 bool merges) {
  if (table.ends_with("_JOURNAL"))
    return merges ? std::vector{"INSERT", "SELECT"} : std::vector{"INSERT"};
  const bool ours = table == kStateTable || tables.contains(journal_name(table));
  return ours && (merges || table == kStateTable)
             ? std::vector{"SELECT", "INSERT", "UPDATE", "DELETE"}
             : std::vector<const char*>{};
}

}  // namespace

std::vector<Privilege> needed_privileges(snow::SqlApi& api, const PrivilegeRequest& request) {
  const Holdings holdings(api, request.role);
  std::vector<Privilege> out;
  const auto need = [&](std::initializer_list<const char*> names, const std::string& object) {
    for (const char* name : names)
      out.push_back({std::string(name) + " on " + object, holdings.has(name, object)});
  };
  const std::string schema = shown(request.place.database) + "." + shown(request.place.schema);
  need({"USAGE"}, "DATABASE " + shown(request.place.database));
  need({"USAGE"}, "SCHEMA " + schema);
  if (request.creates) need({"CREATE TABLE", "CREATE VIEW"}, "SCHEMA " + schema);
  if (request.merges && !request.warehouse.empty())
    need({"USAGE"}, "WAREHOUSE " + shown(request.warehouse));
  const snow::StatementResult listed =
      api.run("SHOW TABLES IN SCHEMA " + snow::sql_name(request.place.database) + "." +
              snow::sql_name(request.place.schema));
  std::set<std::string> tables;
  for (std::size_t i = 0; i < listed.rows.size(); ++i) tables.insert(listed.text(i, "name"));
  const std::string& appended = request.appended;
  const bool is_mirror = tables.contains(journal_name(appended));
  if (!appended.empty() && !is_mirror && (tables.contains(appended) || !request.creates))
    need({"INSERT"}, "TABLE " + schema + "." + shown(appended));
  for (const std::string& table : tables) {
    for (const char* use : uses_of(table, tables, request.merges))
      need({use}, "TABLE " + schema + "." + shown(table));
  }
  return out;
}

}  // namespace cdckit::snow_put
