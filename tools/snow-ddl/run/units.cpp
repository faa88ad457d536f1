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
    const bool odd =
        facts.verb == "USE" && facts.kind != "SECONDARY" && !Session::is_noted(statement.text);
    if (odd && odd_use_ == kNoStatement) odd_use_ = facts_.size() - 1;
    leans_.push_back(mentions_name(statement.text, "LAST_QUERY_ID"));
  }
  cut();
}

void Units::cut() {
  for (std::size_t i = 0; i < statements_.size(); i = units_.back().last + 1) {
    Unit unit{.first = i, .last = i};
    const bool setting = facts_[i].session && Session::is_noted(statements_[i].text);
    if (setting || facts_[i].verb == "COMMIT") {
      unit.noted = true;
    } else if (facts_[i].begins) {
      unit.last = end_of_transaction(i);
      unit.transaction = unit.last != i;
      unit.noted = !unit.transaction;
    } else if (facts_[i].computed) {
      unit.last = statements_.size() - 1;
    } else if (facts_[i].temporary) {
      unit.last = last_mention(i);
    } else {
      unit.last = end_of_chain(i, statements_.size() - 1);
    }
    units_.push_back(unit);
  }
}

std::size_t Units::end_of_transaction(std::size_t first) const {
  for (std::size_t i = first + 1; i < facts_.size(); ++i) {
    if (facts_[i].ends) return i;
    if (facts_[i].ddl) return i - 1;
  }
  return facts_.size() - 1;
}

// Of a temporary object, and of those that are made on the way; a transaction is not cut.
std::size_t Units::last_mention(std::size_t first) const {
  std::size_t last = first;
  for (std::size_t i = first; i <= last; ++i) {
    if (facts_[i].begins) last = std::max(last, end_of_transaction(i));
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
  // a plain USE behind an odd one is said behind it, too
  if (facts.session) return statement > odd_use_ || !Session::is_noted(statements_[statement].text);
  if (facts.temporary) return true;
  const bool fills = facts.dml || facts.verb == "COPY" || facts.verb == "ALTER";
  return fills && !facts.name.empty() &&
         std::find(temporary_.begin(), temporary_.end(), facts.name.back()) != temporary_.end();
}

std::string Units::role_statement(std::size_t last) const {
  std::string text;
  for (std::size_t i = 0; i <= last; ++i) {
    if (facts_[i].verb == "USE" && facts_[i].kind == "ROLE") text = statements_[i].text;
  }
  return text;
}

void Units::add_ours(RequestPlan& plan, const Texts& texts) {
  for (const std::string& text : texts) plan.parts.push_back({.text = text, .ours = true});
}

// Where statements that change rows, one behind the other, end.
std::size_t Units::end_of_rows(std::size_t first, std::size_t last) const {
  std::size_t end = first;
  while (end < last && facts_[first].dml && facts_[end + 1].dml && !leans_[end + 1]) ++end;
  return end;
}

// SHOW ..; SELECT .. FROM TABLE(RESULT_SCAN(LAST_QUERY_ID())): nothing of ours comes between. What
// DDL does, and commits, stays when the rest fails: nothing is chained to it, nor it to rows.
std::size_t Units::end_of_chain(std::size_t first, std::size_t last) const {
  std::size_t end = first;
  bool rows = facts_[first].dml;
  for (; end < last && leans_[end + 1]; ++end) {
    if (facts_[end].ddl || (rows && facts_[end + 1].ddl)) break;
    rows = rows || facts_[end + 1].dml;
  }
  return end;
}

void Units::add_chain(RequestPlan& plan,
                      const Unit& chain,
                      const Texts& done,
                      bool together) const {
  const std::size_t begin = plan.parts.size();
  bool as_one = false;
  for (std::size_t i = chain.first; i <= chain.last; ++i)
    as_one = as_one || (together && facts_[i].dml && !done.empty());
  if (as_one) add_ours(plan, {"BEGIN"});
  for (std::size_t i = chain.first; i <= chain.last; ++i)
    plan.parts.push_back({statements_[i].text, i});
  add_ours(plan, done);
  if (as_one) add_ours(plan, {"COMMIT"});
  plan.together = plan.together || as_one;
  for (std::size_t i = begin; i < plan.parts.size(); ++i) plan.parts[i].group = chain.first;
}

// Statements and what notes them as done; rows that change commit as one with that.
void Units::add_rows(RequestPlan& plan,
                     const Unit& rows,
                     const Record& record,
                     bool together) const {
  const std::size_t begin = plan.parts.size();
  const bool as_one = together && facts_[rows.first].dml && !record(rows.first, rows.first).empty();
  const bool in_transaction = as_one || rows.last > rows.first;
  if (in_transaction) add_ours(plan, {"BEGIN"});
  for (std::size_t i = rows.first; i <= rows.last; ++i) {
    plan.parts.push_back({statements_[i].text, i});
    if (as_one) add_ours(plan, record(i, i));
  }
  if (in_transaction) add_ours(plan, {"COMMIT"});
  if (!as_one) add_ours(plan, record(rows.first, rows.last));
  plan.together = plan.together || as_one;
  for (std::size_t i = begin; in_transaction && i < plan.parts.size(); ++i)
    plan.parts[i].group = rows.first;
}

void Units::add_all(RequestPlan& plan,
                    const Unit& rest,
                    const Record& record,
                    bool together) const {
  Unit part;
  for (std::size_t i = rest.first; i <= rest.last; i = part.last + 1) {
    part = {.first = i, .last = end_of_chain(i, rest.last), .transaction = facts_[i].begins};
    if (part.transaction) {
      part.last = std::min(end_of_transaction(i), rest.last);
      add_transaction(plan, part, record(i, part.last), together);
    } else if (part.last > i) {
      add_chain(plan, part, record(i, part.last), together);
    } else {
      part.last = end_of_rows(i, rest.last);
      add_rows(plan, part, record, together);
    }
  }
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
  const std::size_t begin = plan.parts.size();
  for (std::size_t i = unit.first; i < end; ++i) plan.parts.push_back({statements_[i].text, i});
  if (inside) add_ours(plan, done);
  plan.parts.push_back(ended ? RequestPart{statements_[unit.last].text, unit.last}
                             : RequestPart{.text = "COMMIT", .ours = true});
  if (!inside) add_ours(plan, done);
  plan.together = plan.together || (inside && !done.empty());
  for (std::size_t i = begin; i < plan.parts.size(); ++i) plan.parts[i].group = unit.first;
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
  add_all(plan, {.first = start, .last = unit.last}, record, together);
  return plan;
}

}  // namespace cdckit::snow_ddl
