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
// EXECUTE AS CALLER is no body.
constexpr std::array<std::string_view, 3> kRights{"CALLER", "OWNER", "RESTRICTED"};
// In front of END they make it a name.
constexpr std::array<std::string_view, 6> kNameBefore{",", "(", ".", "=", "BY", "SELECT"};

}  // namespace

bool Blocks::starts_statement(std::string_view before) const {
  return is_one_of(before, kBorders);
}

void Blocks::see(std::string_view word, std::string_view before, std::string_view next) {
  if (word == "(") ++parentheses_;
  if (word == ")") --parentheses_;
  if (before == ".") return;  // a column that is named so
  const bool begins_body = body_next_;
  body_next_ = false;
  if (first_.empty()) {
    first_ = word;
    if (word == "DECLARE") declaring_ = true;
    if (word == "BEGIN" && !is_one_of(next, kTransaction)) open_.push_back(Opened::block);
    return;
  }
  if (begins_body && word == "DECLARE") {
    declaring_ = true;
  } else if (begins_body && word == "BEGIN") {
    open_.push_back(Opened::block);
  } else if (word == "BEGIN") {
    see_begin(before, next);
  } else if (word == "CASE" && !open_.empty() && before != "END") {
    open_.push_back(Opened::choice);
  } else if (word == "END" && !open_.empty()) {
    see_end(before, next);
  } else if (!open()) {
    see_head(word, next);
  }
}

// CREATE .. TASK .. AS body, CREATE ALERT .. THEN body.
void Blocks::see_head(std::string_view word, std::string_view next) {
  if (has_body_ || parentheses_ != 0 || (first_ != "CREATE" && first_ != "ALTER")) return;
  if (kind_.empty() && is_one_of(word, kWithBody)) kind_ = word;
  if (kind_.empty()) {
    has_body_ = word == "TABLE" || word == "VIEW";  // of another sort
    return;
  }
  const bool found = kind_ == "ALERT" ? word == "THEN" : word == "AS" && !is_one_of(next, kRights);
  if (!found) return;
  has_body_ = true;
  body_next_ = true;
}

void Blocks::see_begin(std::string_view before, std::string_view next) {
  if (declaring_ && open_.empty()) {
    if (before == ";" || before == "DECLARE") {
      declaring_ = false;
      open_.push_back(Opened::block);
    } else if (before == "AS") {  // a procedure of the declarations
      open_.push_back(Opened::block);
    }
    return;
  }
  if (open_.empty() || !starts_statement(before) || next == "TRANSACTION") return;
  open_.push_back(Opened::block);
}

void Blocks::see_end(std::string_view before, std::string_view next) {
  if (open_.back() == Opened::block) {
    if (starts_statement(before) && !is_one_of(next, kUncounted)) open_.pop_back();
    return;
  }
  // of a CASE: IF .. END IF may stand in its branches
  if (is_one_of(before, kNameBefore) || (before == ";" && is_one_of(next, kUncounted))) return;
  open_.pop_back();
}

}  // namespace cdckit::snow_ddl
