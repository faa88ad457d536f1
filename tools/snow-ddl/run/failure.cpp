#include "tools/snow-ddl/run/failure.hpp"

#include "common/base/text.hpp"

#include <algorithm>

namespace cdckit::snow_ddl {
namespace {

// The number behind the mark, and what follows it; 0: there is no such text.
std::size_t read_number(const std::string& message, std::string_view mark, std::string& rest) {
  const std::size_t at = message.find(mark);
  if (at == std::string::npos) return 0;
  const std::size_t begin = at + mark.size();
  const std::size_t end = std::min(message.find_first_not_of("0123456789", begin), message.size());
  const auto number = base::parse_unsigned(std::string_view(message).substr(begin, end - begin));
  // "(at line 3, position 0).\nwhat it said"
  const std::size_t close = std::min(message.find(')', end), message.size());
  rest = message.substr(std::min(message.find_first_not_of("). \n", close), message.size()));
  return static_cast<std::size_t>(number.value_or(0));
}

// The part that holds the line, from 1; each begins a line of its own.
std::size_t part_at_line(const RequestPlan& plan, std::size_t line) {
  std::size_t last = 0;
  for (std::size_t i = 0; i < plan.parts.size(); ++i) {
    const std::string& text = plan.parts[i].text;
    last += 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    if (line <= last) return i + 1;
  }
  return 0;
}

// Of several, from 1: said by its number, or by its line alone; 0: not said.
std::size_t failed_part(const RequestPlan& plan, const std::string& message, std::string& rest) {
  if (plan.parts.size() < 2) return 0;
  const std::size_t number = read_number(message, ", statement ", rest);
  if (number != 0) return number;
  const std::size_t line = read_number(message, "(at line ", rest);
  return line == 0 ? 0 : part_at_line(plan, line);
}

}  // namespace

Failure failure_of(const RequestPlan& plan, std::size_t start, const base::Error& error) {
  Failure failure{start, error.what(), false, start};
  std::string rest;
  const std::size_t number = failed_part(plan, failure.message, rest);
  if (number == 0 || number > plan.parts.size()) return failure;
  failure.message = "could not run statement: " + rest;
  failure.ours = plan.parts[number - 1].ours;
  // our own parts belong to the statement before them
  for (std::size_t i = 0; i < number; ++i) {
    if (plan.parts[i].statement != kNoStatement) failure.statement = plan.parts[i].statement;
  }
  const bool begun = failure.ours && plan.parts[number - 1].text == "BEGIN";
  if (begun && number < plan.parts.size() && plan.parts[number].statement != kNoStatement)
    failure.statement = plan.parts[number].statement;
  const std::size_t group = plan.parts[number - 1].group;
  failure.group = group == kNoStatement ? failure.statement : group;
  return failure;
}

bool says_done_before(const StatementFacts& facts, const base::Error& error) {
  const auto* refused = dynamic_cast<const snow::SqlError*>(&error);
  if (refused == nullptr) return false;
  if (facts.verb == "CREATE") return !facts.replaces && refused->is_existing_object();
  if (facts.verb == "DROP") return refused->is_missing_object();
  constexpr std::string_view kColumnExists = "001430";
  if (facts.verb == "ALTER")
    return refused->code() == kColumnExists ||
           (!facts.renamed.empty() && refused->is_missing_object());
  return false;
}

}  // namespace cdckit::snow_ddl
