#include "tools/snow-ddl/scripts/blocks.hpp"

#include <algorithm>
#include <array>

namespace cdckit::snow_ddl {
namespace {

template <std::size_t Count>
bool is_one_of(std::string_view word, const std::array<std::string_view, Count>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// END IF and the like close what was not counted when it opened.
constexpr std::array<std::string_view, 5> kUncounted{"IF", "FOR", "WHILE", "LOOP", "REPEAT"};
// Behind these a statement begins.
constexpr std::array<std::string_view, 7> kBorders{
    ";", "THEN", "ELSE", "DO", "LOOP", "BEGIN", "REPEAT"};
constexpr std::array<std::string_view, 5> kTransaction{"TRANSACTION", "WORK", "NAME", ";", ""};
// What is created with a body of statements.
constexpr std::array<std::string_view, 4> kWithBody{"TASK", "PROCEDURE", "FUNCTION", "ALERT"};
// Behind BEGIN they make it a name, or a transaction.
constexpr std::array<std::string_view, 24> kNoBlockBehind{
    "TRANSACTION", ";", "",  ",",   ")",    ".",    "=",    "<",   ">",  "+",  "-",    "*",
    "/",           "|", ":", "END", "ELSE", "WHEN", "THEN", "AND", "OR", "IS", "FROM", "AS"};
// In front of END they make it a name: something must follow them.
constexpr std::array<std::string_view, 32> kNameBefore{
    ",",    "(",    ".",    "=",    "<",    ">",     "+",     "-",      "*",      "/",      "%",
    "|",    ":",    "[",    "BY",   "ON",   "IN",    "AS",    "OR",     "AND",    "NOT",    "CASE",
    "WHEN", "THEN", "ELSE", "LIKE", "FROM", "WHERE", "ILIKE", "SELECT", "HAVING", "BETWEEN"};

bool starts_statement(std::string_view before) {
  return is_one_of(before, kBorders);
}

}  // namespace

bool Blocks::begins_statement(std::string_view before) const {
  return head_.first.empty() || (open() && parentheses_ == 0 && starts_statement(before));
}

void Blocks::see(std::string_view word, std::string_view before, std::string_view next) {
  if (word == "(") ++parentheses_;
  if (word == ")") --parentheses_;
  if (before == ".") return;  // a column that is named so
  const bool first = begins_statement(before);
  const bool body = head_.body_next;
  head_.body_next = false;
  if (first) {
    head_ = {.first = std::string(word)};
    if (word != "(") parentheses_ = 0;
  }
  if (word == "DECLARE") {
    see_declare(before, first, body);
  } else if (word == "BEGIN" && first && !open()) {
    if (!is_one_of(next, kTransaction)) open_.push_back(Opened::block);
  } else if (word == "BEGIN") {
    see_begin(before, next, body);
  } else if (word == "CASE" && open() && before != "END") {
    open_.push_back(Opened::choice);
  } else if (word == "END" && open()) {
    see_end(before, next);
  } else {
    see_head(word, before);
  }
}

// CREATE .. TASK .. AS body, CREATE ALERT .. THEN body, ALTER ALERT .. MODIFY ACTION body,
// WITH p AS PROCEDURE .. AS body CALL p().
void Blocks::see_head(std::string_view word, std::string_view before) {
  const bool anonymous = head_.first == "WITH";
  const bool object = head_.first == "CREATE" || head_.first == "ALTER";
  if (head_.has_body || parentheses_ != 0 || (!object && !anonymous)) return;
  if (head_.kind.empty()) {
    const bool named =
        anonymous ? word == "PROCEDURE" && before == "AS" : is_one_of(word, kWithBody);
    if (named) head_.kind = word;
    head_.has_body = object && (word == "TABLE" || word == "VIEW");  // of another sort
    return;
  }
  const bool found = head_.kind == "ALERT" ? word == "THEN" || word == "ACTION"
                                           : word == "AS" && before != "EXECUTE";
  if (!found) return;
  head_.has_body = !anonymous;  // there may be more procedures
  if (anonymous) head_.kind.clear();
  head_.body_next = true;
}

void Blocks::see_declare(std::string_view before, bool first, bool body) {
  const bool procedure = open() && open_.back() == Opened::declarations && before == "AS";
  if (first || body || procedure) open_.push_back(Opened::declarations);
}

void Blocks::see_begin(std::string_view before, std::string_view next, bool body) {
  const bool declared =
      open() && open_.back() == Opened::declarations && (before == ";" || before == "DECLARE");
  if (declared) {
    open_.back() = Opened::block;
  } else if (opens(before, next, body)) {
    open_.push_back(Opened::block);
  }
}

bool Blocks::opens(std::string_view before, std::string_view next, bool body) const {
  if (is_one_of(next, kNoBlockBehind)) return false;
  if (body) return true;
  if (!open()) return false;
  // a procedure of the declarations
  return open_.back() == Opened::declarations ? before == "AS" : starts_statement(before);
}

void Blocks::see_end(std::string_view before, std::string_view next) {
  if (open_.back() == Opened::block) {
    if (starts_statement(before) && !is_one_of(next, kUncounted)) open_.pop_back();
    return;
  }
  if (open_.back() == Opened::declarations) return;
  // of a CASE: IF .. END IF may stand in its branches
  if (is_one_of(before, kNameBefore) || is_one_of(next, kUncounted)) return;
  open_.pop_back();
}

}  // namespace cdckit::snow_ddl
