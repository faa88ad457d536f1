#include "tools/snow-ddl/plan/live_objects.hpp"

#include "common/base/text.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-ddl/scripts/sql_token.hpp"
#include "tools/snow-ddl/scripts/statement.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

std::vector<SqlToken> tokens_of(const std::string& text) {
  const std::string source = "statement";
  SqlTokens tokens(text, source);
  std::vector<SqlToken> all;
  for (SqlToken token = tokens.next(); token.kind != TokenKind::end; token = tokens.next())
    all.push_back(token);
  return all;
}

bool is(const SqlToken& token, std::string_view word) {
  return token.kind == TokenKind::word && base::to_upper(token.text) == word;
}

std::string names(const std::vector<std::string>& columns) {
  std::string out;
  for (const std::string& column : columns) out += (out.empty() ? "" : ", ") + column;
  return out;
}

// The context that a script's USE statements make, as far as names go.
void follow_use(snow::Statement& context, const std::string& text) {
  const std::vector<SqlToken> tokens = tokens_of(text);
  if (tokens.size() < 2 || !is(tokens[0], "USE")) return;
  std::size_t at = 1;
  bool schema = false;
  if (is(tokens[at], "SCHEMA")) schema = true;
  if (schema || is(tokens[at], "DATABASE")) ++at;
  // a table that only the script's role sees is there all the same
  if (is(tokens[1], "ROLE") && tokens.size() == 3) context.role = snow::typed_name(tokens[2].text);
  if (is(tokens[1], "ROLE") || is(tokens[1], "WAREHOUSE") || is(tokens[1], "SECONDARY")) return;
  std::vector<std::string> parts;
  for (; at < tokens.size(); ++at) {
    if (tokens[at].text != ".") parts.push_back(snow::typed_name(tokens[at].text));
  }
  if (parts.empty()) return;
  if (schema || parts.size() == 2) {
    context.schema = parts.back();
    if (parts.size() == 2) context.database = parts.front();
  } else {
    context.database = parts.front();
    context.schema = "PUBLIC";
  }
}

}  // namespace

std::optional<std::vector<TypedColumn>> LiveObjects::columns(const std::string& kind,
                                                             const std::vector<std::string>& name,
                                                             const snow::Statement& context) const {
  snow::Statement statement = context;
  statement.text = fmt::format("DESCRIBE {} {}", kind, joined_name(name));
  try {
    const snow::StatementResult result = execute_(statement);
    std::vector<TypedColumn> columns;
    for (std::size_t row = 0; kind == "TABLE" && row < result.rows.size(); ++row)
      columns.push_back({result.text(row, "name"), result.text(row, "type")});
    return columns;
  } catch (const snow::SqlError& error) {
    if (error.kind() == base::ErrorKind::temporary) throw;
    if (error.is_missing_object()) return std::nullopt;
    return std::vector<TypedColumn>();  // it cannot be described: taken to be there
  }
}

std::vector<std::string> columns_left_out(const std::string& statement,
                                          const std::vector<std::string>& columns) {
  const std::vector<SqlToken> tokens = tokens_of(statement);
  std::size_t at = 0;
  while (at < tokens.size() && tokens[at].text != "(" && !is(tokens[at], "SELECT")) ++at;
  if (at == tokens.size()) return {};
  const bool select = is(tokens[at], "SELECT");
  std::set<std::string> kept;
  int depth = 0;
  std::string last;
  bool first = true;  // a column's definition begins with its name, a selected one ends with it
  for (++at; at < tokens.size(); ++at) {
    const SqlToken& token = tokens[at];
    if (token.text == "*") return {};
    if (token.text == "(") ++depth;
    if (token.text == ")" && --depth < 0) break;
    if (depth == 0 && select && is(token, "FROM")) break;
    if (depth == 0 && token.text == ",") {
      kept.insert(last);
      first = true;
    } else if (depth == 0 && (select || first)) {
      last = snow::typed_name(token.text);
      first = false;
    }
  }
  kept.insert(last);
  std::vector<std::string> out;
  std::copy_if(columns.begin(), columns.end(), std::back_inserter(out), [&](const auto& column) {
    return !kept.contains(column);
  });
  return out;
}

namespace {

// Follows the statements of a plan: where they work, and what they have made so far.
class Follower {
 public:
  explicit Follower(const LiveObjects& live) : live_(live) {}

  void begin_script() { context_ = {}; }
  // What is lost by the next statement; empty: nothing.
  std::string follow(const std::string& text) {
    follow_use(context_, text);
    const StatementFacts facts = facts_of(text);
    std::string all;
    for (Destruction& found : find_destructions(text)) {
      if (!found.replaced.empty()) look(found);
      if (!found.why.empty()) all += (all.empty() ? "" : "; ") + found.why;
    }
    if (facts.verb == "CREATE") made_.insert(place_of(facts.kind, facts.name));
    return all;
  }

 private:
  [[nodiscard]] std::string place_of(const std::string& kind,
                                     const std::vector<std::string>& name) const {
    return context_.database + "/" + context_.schema + "/" + kind + joined_name(name);
  }

  void look(Destruction& found) {
    const std::string place = place_of(found.replaced_kind, found.replaced);
    const bool is_new = made_.contains(place) && !found.keeps_rows;
    const auto columns =
        is_new ? std::nullopt : live_.columns(found.replaced_kind, found.replaced, context_);
    if (!columns) {
      found.why.clear();
      return;
    }
    const std::string gone = left_out(found.statement, *columns);
    if (found.keeps_rows) {
      if (!columns->empty()) found.why = changes_of(found, place, *columns, gone);
    } else if (!gone.empty()) {
      found.why += ", without column " + gone;
    }
  }

  // What a table that stays loses. Types that an earlier statement of the plan gave count.
  std::string changes_of(const Destruction& found,
                         const std::string& place,
                         const std::vector<TypedColumn>& columns,
                         const std::string& gone) {
    const std::string table = found.replaced_kind + " " + shown(found.replaced);
    std::string why = gone.empty() ? "" : fmt::format("drops column {} of {}", gone, table);
    for (const TypedColumn& wanted : found.retyped) {
      const auto live = std::find_if(columns.begin(), columns.end(), [&](const auto& column) {
        return column.name == wanted.name;
      });
      if (live == columns.end()) continue;
      std::string& known = types_[place + "/" + wanted.name];
      if (known.empty()) known = live->type;
      if (is_narrower(wanted.type, known))
        why += fmt::format("{}narrows column {} of {} from {} to {}",
                           why.empty() ? "" : "; ",
                           wanted.name,
                           table,
                           known,
                           wanted.type);
      known = wanted.type;
    }
    return why;
  }

  static std::string left_out(const std::string& statement,
                              const std::vector<TypedColumn>& columns) {
    if (statement.empty()) return {};
    std::vector<std::string> all;
    for (const TypedColumn& column : columns) all.push_back(column.name);
    return names(columns_left_out(statement, all));
  }

  static std::string shown(const std::vector<std::string>& name) {
    std::string out;
    for (const std::string& part : name) out += (out.empty() ? "" : ".") + part;
    return out;
  }

  const LiveObjects& live_;
  snow::Statement context_;
  std::set<std::string> made_;
  std::map<std::string, std::string> types_;  // of columns that the plan retypes, so far
};

}  // namespace

Losses losses_of(const std::vector<PlannedScript>& plan, const LiveObjects& live) {
  Losses losses;
  Follower follower(live);
  for (const PlannedScript& planned : plan) {
    if (planned.script == nullptr || !planned.to_run()) continue;
    follower.begin_script();
    for (std::size_t i = 0; i < planned.script->statements.size(); ++i) {
      std::string loss = follower.follow(planned.script->statements[i].text);
      if (!loss.empty()) losses[planned.script][i] = std::move(loss);
    }
  }
  return losses;
}

}  // namespace cdckit::snow_ddl
