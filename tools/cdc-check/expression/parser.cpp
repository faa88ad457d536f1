#include "tools/cdc-check/expression/parser.hpp"

#include "common/base/text.hpp"
#include "common/cli/nearest.hpp"
#include "tools/cdc-check/expression/token.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace cdckit::cdc_check {
namespace {

// What can be known of a value before there is a row.
enum class Sort { unknown, condition, number, text, null };

const char* word_of(Sort sort) {
  constexpr const char* kWords[] = {"a value", "a condition", "a number", "text", "null"};
  return kWords[static_cast<std::size_t>(sort)];
}

constexpr int kDeepest = 100;

class Parser {
 public:
  Parser(std::string_view text, const Place& place)
      : place_(place), tokens_(tokens_of(text, place)) {}

  ExpressionCode parse() {
    const std::size_t begin = token().at;
    if (token().type == Token::Type::end) refuse_at(place_, 0, "it is empty");
    require(Sort::condition, either(), begin);
    if (token().type != Token::Type::end)
      refuse_at(place_, token().at, "\"" + token().text + "\" is not expected here");
    if (code_.columns.empty()) refuse_at(place_, begin, "it names no column");
    return std::move(code_);
  }

 private:
  [[nodiscard]] const Token& token() const { return tokens_[at_]; }
  bool take(std::string_view wanted) {
    if (!token().is(wanted)) return false;
    ++at_;
    return true;
  }
  void expect(std::string_view wanted) {
    if (!take(wanted)) refuse_at(place_, token().at, "\"" + std::string(wanted) + "\" is missing");
  }

  void require(Sort wanted, Sort found, std::size_t at) const {
    if (found == wanted || found == Sort::unknown || found == Sort::null) return;
    refuse_at(place_, at, std::string(word_of(wanted)) + " is needed, this is " + word_of(found));
  }

  void emit(Step step, std::uint32_t operand, std::size_t takes) {
    code_.steps.push_back({step, operand});
    depth_ = depth_ + 1 - takes;
    code_.deepest = std::max(code_.deepest, depth_);
  }

  Sort either() { return chain("or", Step::either, &Parser::both); }
  Sort both() { return chain("and", Step::both, &Parser::inverted); }

  Sort chain(std::string_view word, Step step, Sort (Parser::*part)()) {
    std::size_t begin = token().at;
    Sort sort = (this->*part)();
    while (take(word)) {
      require(Sort::condition, sort, begin);
      begin = token().at;
      require(Sort::condition, (this->*part)(), begin);
      emit(step, 0, 2);
      sort = Sort::condition;
    }
    return sort;
  }

  Sort inverted() {
    if (!take("not")) return comparison();
    const Nesting nesting(*this);
    const std::size_t begin = token().at;
    require(Sort::condition, inverted(), begin);
    emit(Step::invert, 0, 1);
    return Sort::condition;
  }

  Sort comparison() {
    const Sort left = sum();
    constexpr std::array<std::pair<std::string_view, Step>, 6> kSigns{{{"=", Step::equal},
                                                                       {"<>", Step::not_equal},
                                                                       {"<=", Step::less_equal},
                                                                       {">=", Step::greater_equal},
                                                                       {"<", Step::less},
                                                                       {">", Step::greater}}};
    for (const auto& [sign, step] : kSigns) {
      if (!take(sign)) continue;
      const std::size_t there = token().at;
      require_comparable(left, sum(), there);
      emit(step, 0, 2);
      return Sort::condition;
    }
    if (take("is")) {
      const bool inverse = take("not");
      expect("null");
      emit(inverse ? Step::is_not_null : Step::is_null, 0, 1);
      return Sort::condition;
    }
    const bool inverse = token().is("not") && tokens_[at_ + 1].is("in");
    if (inverse) ++at_;
    if (take("in")) return list(left, inverse);
    return left;
  }

  Sort list(Sort left, bool inverse) {
    expect("(");
    std::uint32_t count = 0;
    do {
      const std::size_t there = token().at;
      require_comparable(left, sum(), there);
      ++count;
    } while (take(","));
    expect(")");
    emit(Step::in_list, count, count + 1);
    if (inverse) emit(Step::invert, 0, 1);
    return Sort::condition;
  }

  void require_comparable(Sort left, Sort right, std::size_t at) const {
    if (left == right || left == Sort::unknown || right == Sort::unknown || left == Sort::null ||
        right == Sort::null)
      return;
    refuse_at(
        place_, at, std::string(word_of(left)) + " cannot be compared with " + word_of(right));
  }

  using Signs = std::array<std::pair<std::string_view, Step>, 2>;

  Sort sum() { return numbers(Signs{{{"+", Step::add}, {"-", Step::subtract}}}, &Parser::term); }
  Sort term() {
    return numbers(Signs{{{"*", Step::multiply}, {"/", Step::divide}}}, &Parser::sign);
  }

  Sort numbers(const Signs& signs, Sort (Parser::*part)()) {
    std::size_t begin = token().at;
    Sort sort = (this->*part)();
    for (;;) {
      const auto found = std::find_if(
          signs.begin(), signs.end(), [&](const auto& sign) { return token().is(sign.first); });
      if (found == signs.end()) return sort;
      ++at_;
      require(Sort::number, sort, begin);
      begin = token().at;
      require(Sort::number, (this->*part)(), begin);
      emit(found->second, 0, 2);
      sort = Sort::number;
    }
  }

  Sort sign() {
    if (take("+")) return sign_of_number();
    if (!take("-")) return primary();
    sign_of_number();
    emit(Step::negate, 0, 1);
    return Sort::number;
  }
  Sort sign_of_number() {
    const Nesting nesting(*this);
    const std::size_t begin = token().at;
    require(Sort::number, sign(), begin);
    return Sort::number;
  }

  Sort primary() {
    const Token here = token();
    const Nesting nesting(*this);
    ++at_;
    switch (here.type) {
      case Token::Type::number:
        return number(here);
      case Token::Type::text:
        literal({.type = Literal::Type::text, .number = {}, .text = here.text});
        return Sort::text;
      case Token::Type::quoted_name:
        column(here);
        return Sort::unknown;
      case Token::Type::name:
        return name(here);
      case Token::Type::symbol:
        if (here.text == "(") {
          const Sort sort = either();
          expect(")");
          return sort;
        }
        [[fallthrough]];
      case Token::Type::end:
        break;
    }
    refuse_at(place_,
              here.at,
              here.type == Token::Type::end ? "it ends too early"
                                            : "\"" + here.text + "\" is not expected here");
  }

  Sort name(const Token& here) {
    if (token().is("(")) return call(here);
    if (here.is("null")) {
      literal({});
      return Sort::null;
    }
    if (here.is("true") || here.is("false")) {
      literal(
          {.type = Literal::Type::boolean, .boolean = here.is("true"), .number = {}, .text = {}});
      return Sort::condition;
    }
    for (const char* word : {"and", "or", "not", "in", "is"}) {
      if (here.is(word)) refuse_at(place_, here.at, "\"" + here.text + "\" is not expected here");
    }
    column(here);
    return Sort::unknown;
  }

  Sort number(const Token& here) {
    const auto value = parse_decimal(here.text);
    if (!value) refuse_at(place_, here.at, "\"" + here.text + "\" is no number");
    if (value->more) refuse_at(place_, here.at, "a number has 38 digits at most");
    literal({.type = Literal::Type::number, .number = *value, .text = {}});
    return Sort::number;
  }

  Sort call(const Token& here) {
    struct Function {
      const char* name;
      Step step;
      Sort takes;
      Sort gives;
    };
    constexpr std::array kFunctions{Function{"length", Step::length, Sort::text, Sort::number},
                                    Function{"lower", Step::lower, Sort::text, Sort::text},
                                    Function{"upper", Step::upper, Sort::text, Sort::text},
                                    Function{"abs", Step::absolute, Sort::number, Sort::number}};
    std::vector<std::string> known;
    for (const Function& function : kFunctions) {
      known.emplace_back(function.name);
      if (!here.is(function.name)) continue;
      expect("(");
      const std::size_t begin = token().at;
      require(function.takes, either(), begin);
      expect(")");
      emit(function.step, 0, 1);
      return function.gives;
    }
    const std::string hint = cli::near_miss_hint(base::to_lower(here.text), known);
    refuse_at(place_,
              here.at,
              "there is no function \"" + here.text + "\"",
              hint.empty() ? "Known: " + cli::joined(known) + "." : hint);
  }

  void literal(Literal value) {
    code_.literals.push_back(std::move(value));
    emit(Step::literal, static_cast<std::uint32_t>(code_.literals.size() - 1), 0);
  }

  void column(const Token& here) {
    Path path = parse_path(here.text);
    const auto found = std::find(code_.columns.begin(), code_.columns.end(), path);
    const auto number = static_cast<std::uint32_t>(found - code_.columns.begin());
    if (found == code_.columns.end()) code_.columns.push_back(std::move(path));
    emit(Step::column, number, 0);
  }

  // Brackets and signs one inside the other.
  class Nesting {
   public:
    explicit Nesting(Parser& parser) : parser_(parser) {
      if (++parser_.nesting_ > kDeepest)
        refuse_at(parser_.place_, parser_.token().at, "it is nested too deep");
    }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    ~Nesting() { --parser_.nesting_; }

   private:
    Parser& parser_;
  };

  const Place& place_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  int nesting_ = 0;
  ExpressionCode code_;
};

}  // namespace

ExpressionCode parse_expression(std::string_view text, const Place& place) {
  return Parser(text, place).parse();
}

}  // namespace cdckit::cdc_check
