#include "tools/snow-ddl/objects/made_objects.hpp"

#include "tools/snow-ddl/run/session.hpp"
#include "tools/snow-ddl/scripts/statement.hpp"

#include <algorithm>
#include <array>

namespace cdckit::snow_ddl {
namespace {

constexpr std::array<std::string_view, 15> kKinds{"TABLE",
                                                  "VIEW",
                                                  "SEQUENCE",
                                                  "FUNCTION",
                                                  "PROCEDURE",
                                                  "TASK",
                                                  "STREAM",
                                                  "PIPE",
                                                  "FILE FORMAT",
                                                  "ALERT",
                                                  "DYNAMIC TABLE",
                                                  "MASKING POLICY",
                                                  "TAG",
                                                  "EVENT TABLE",
                                                  "ROW ACCESS POLICY"};

bool is_known(const std::string& kind) {
  return std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

std::string kind_for_ddl(std::string kind) {
  std::replace(kind.begin(), kind.end(), ' ', '_');
  return kind;
}

// Empty: it cannot be told where it is.
std::string whole_name(std::vector<std::string> name,
                       const std::string& arguments,
                       const Place& place) {
  if (name.empty() || name.size() > 3) return {};
  if (name.size() < 2) name.insert(name.begin(), place.schema);
  if (name.size() < 3) name.insert(name.begin(), place.database);
  if (name[0].empty() || name[1].empty()) return {};
  return joined_name(name) + arguments;
}

// In the place of what was known of it.
void put(std::vector<MadeObject>& all, MadeObject object) {
  if (object.name.empty()) return;
  std::erase_if(all, [&](const MadeObject& made) {
    return made.kind == object.kind && made.name == object.name;
  });
  all.push_back(std::move(object));
}

}  // namespace

std::vector<MadeObject> made_objects(const Script& script, const Place& place) {
  std::vector<MadeObject> out;
  Session session("");
  for (const SqlStatement& statement : script.statements) {
    if (session.note(statement.text)) continue;
    const StatementFacts facts = facts_of(statement.text);
    const bool drops = facts.verb == "DROP";
    if ((!facts.makes_object() && !drops) || facts.temporary || !is_known(facts.kind)) continue;
    const snow::Statement context = session.request("", 1);
    const Place here{context.database.empty() ? place.database : context.database,
                     context.schema.empty() ? place.schema : context.schema};
    const std::string kind = kind_for_ddl(facts.kind);
    const bool renamed = !facts.renamed.empty();
    put(out, {kind, whole_name(facts.name, facts.arguments, here), drops || renamed});
    if (renamed) put(out, {kind, whole_name(facts.renamed, facts.arguments, here), false});
  }
  return out;
}

}  // namespace cdckit::snow_ddl
