#include "tools/cdc-check/expression/code.hpp"

#include "common/ndjson/text.hpp"

namespace cdckit::cdc_check {
namespace {

std::string text_of(const Literal& literal) {
  switch (literal.type) {
    case Literal::Type::null:
      return "null";
    case Literal::Type::boolean:
      return literal.boolean ? "true" : "false";
    case Literal::Type::number:
      return to_text(literal.number);
    case Literal::Type::text:
      break;
  }
  std::string out;
  ndjson::append_string(out, literal.text);
  return out;
}

}  // namespace

const char* word_of(Step step) noexcept {
  constexpr const char* kWords[] = {
      "column",  "literal",     "negate", "add",    "subtract", "multiply", "divide", "=",
      "<>",      "<",           "<=",     ">",      ">=",       "and",      "or",     "not",
      "is null", "is not null", "in",     "length", "lower",    "upper",    "abs"};
  return kWords[static_cast<std::size_t>(step)];
}

std::string listing(const ExpressionCode& code) {
  std::string out;
  for (const auto& [step, operand] : code.steps) {
    if (!out.empty()) out += " · ";
    out += word_of(step);
    if (step == Step::column) out += " " + path_text(code.columns[operand]);
    if (step == Step::literal) out += " " + text_of(code.literals[operand]);
    if (step == Step::in_list) out += " " + std::to_string(operand);
  }
  return out;
}

}  // namespace cdckit::cdc_check
