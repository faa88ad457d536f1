#include "tools/snow-ddl/run/failure.hpp"

#include "common/base/text.hpp"

#include <algorithm>

namespace cdckit::snow_ddl {
namespace {

constexpr std::string_view kStatement = ", statement ";

// "(at line 3, statement 2).\nwhat it said": the number and what follows; 0: no such text.
std::size_t read_number(const std::string& message, std::string& rest) {
  const std::size_t at = message.find(kStatement);
  if (at == std::string::npos) return 0;
  const std::size_t begin = at + kStatement.size();
  const std::size_t end = message.find_first_not_of("0123456789", begin);
  const auto number = base::parse_unsigned(std::string_view(message).substr(begin, end - begin));
  const std::size_t text = std::min(message.find_first_not_of("). \n", end), message.size());
  rest = message.substr(text);
  return static_cast<std::size_t>(number.value_or(0));
}

}  // namespace

Failure failure_of(const RequestPlan& plan, std::size_t start, const base::Error& error) {
  Failure failure{start, error.what(), false};
  std::string rest;
  const std::size_t number = plan.parts.size() < 2 ? 0 : read_number(failure.message, rest);
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
  return failure;
}

bool says_done_before(const StatementFacts& facts, const base::Error& error) {
  const auto* refused = dynamic_cast<const snow::SqlError*>(&error);
  if (refused == nullptr) return false;
  if (facts.verb == "CREATE") return !facts.replaces && refused->is_existing_object();
  if (facts.verb == "DROP") return refused->is_missing_object();
  return false;
}

}  // namespace cdckit::snow_ddl
