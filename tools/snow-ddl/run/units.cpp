#include "tools/snow-ddl/run/units.hpp"

#include "tools/snow-ddl/run/session.hpp"
#include "tools/snow-ddl/scripts/sql_token.hpp"

#include <algorithm>

namespace cdckit::snow_ddl {
Units::Units(const std::vector<SqlStatement>& statements) : statements_(statements) {
  for (const SqlStatement& statement : statements) {
    facts_.push_back(facts_of(statement.text));
    const StatementFacts& facts = facts_.back();
    if (facts.temporary && !facts.name.empty()) temporary_.push_back(facts.name.back());
  }
  cut();
}

void Units::cut() {
  for (std::size_t i = 0; i < statements_.size(); i = units_.back().last + 1) {
    Unit unit{.first = i, .last = i};
    if (facts_[i].session && Session::is_noted(statements_[i].text)) {
      unit.noted = true;
    } else if (facts_[i].begins) {
      unit.transaction = true;
      unit.last = end_of_transaction(i);
    } else if (facts_[i].computed) {
      unit.last = statements_.size() - 1;
    } else if (facts_[i].temporary) {
      unit.last = last_mention(i);
    }
    units_.push_back(unit);
  }
}

std::size_t Units::end_of_transaction(std::size_t first) const {
  for (std::size_t i = first + 1; i < facts_.size(); ++i) {
    if (facts_[i].ends) return i;
  }
  return facts_.size() - 1;
}

// Of a temporary object, and of those that are made on the way.
std::size_t Units::last_mention(std::size_t first) const {
  std::size_t last = first;
  for (std::size_t i = first; i <= last; ++i) {
    if (!facts_[i].temporary || facts_[i].name.empty()) continue;
    for (std::size_t other = statements_.size(); other-- > last + 1;) {
      if (!mentions_name(statements_[other].text, facts_[i].name.back())) continue;
      last = other;
      break;
    }
  }
  return last;
}

bool Units::sets_up(std::size_t statement) const {
  const StatementFacts& facts = facts_[statement];
  if (facts.session) return !Session::is_noted(statements_[statement].text);
  if (facts.temporary) return true;
  const bool fills = facts.dml || facts.verb == "COPY" || facts.verb == "ALTER";
  return fills && !facts.name.empty() &&
         std::find(temporary_.begin(), temporary_.end(), facts.name.back()) != temporary_.end();
}

std::string Units::role_statement(std::size_t last) const {
  std::string text;
  for (std::size_t i = 0; i <= last; ++i) {
    if (facts_[i].verb == "USE" && facts_[i].kind == "ROLE" && sets_up(i))
      text = statements_[i].text;
  }
  return text;
}

void Units::add_ours(RequestPlan& plan, const Texts& texts) {
  for (const std::string& text : texts) plan.parts.push_back({.text = text, .ours = true});
}

void Units::add_one(RequestPlan& plan,
                    std::size_t statement,
                    const Record& record,
                    bool together) const {
  const Texts done = record(statement, statement);
  // it happened exactly when it is noted
  const bool as_one = together && facts_[statement].dml && !done.empty();
  if (as_one) add_ours(plan, {"BEGIN"});
  plan.parts.push_back({statements_[statement].text, statement});
  add_ours(plan, done);
  if (as_one) add_ours(plan, {"COMMIT"});
  plan.together = plan.together || as_one;
}

// What is noted as done commits together with the rest, or stands behind what was rolled back. A
// script that ends without COMMIT gets one.
void Units::add_transaction(RequestPlan& plan,
                            const Unit& unit,
                            const Texts& done,
                            bool together) const {
  const bool ended = facts_[unit.last].ends;
  const bool inside = together && !(ended && facts_[unit.last].verb == "ROLLBACK");
  const std::size_t end = ended ? unit.last : unit.last + 1;
  for (std::size_t i = unit.first; i < end; ++i) plan.parts.push_back({statements_[i].text, i});
  if (inside) add_ours(plan, done);
  plan.parts.push_back(ended ? RequestPart{statements_[unit.last].text, unit.last}
                             : RequestPart{.text = "COMMIT", .ours = true});
  if (!inside) add_ours(plan, done);
  plan.together = inside && !done.empty();
}

RequestPlan Units::request(const Unit& unit,
                           std::size_t start,
                           const Record& record,
                           bool together) const {
  RequestPlan plan;
  for (std::size_t i = 0; i < start; ++i) {
    // temporary objects of an earlier unit are not needed any more
    if (sets_up(i) && (i >= unit.first || facts_[i].session))
      plan.parts.push_back({.text = statements_[i].text});
  }
  const bool alone = plan.parts.empty() && unit.first == unit.last && !facts_[start].dml &&
                     !facts_[start].session && !facts_[start].temporary && !unit.transaction;
  if (alone) {
    plan.parts.push_back({statements_[start].text, start});
    return plan;
  }
  plan.recorded = true;
  if (unit.transaction) {
    add_transaction(plan, unit, record(unit.first, unit.last), together);
  } else {
    for (std::size_t i = start; i <= unit.last; ++i) add_one(plan, i, record, together);
  }
  return plan;
}

}  // namespace cdckit::snow_ddl
