// Runs an expression's code over the values of one row. Null as in SQL: what is not known is
// neither true nor false. Reuses its memory: no allocation per row once buffers have grown. One
// thread; `code` must outlive it.
#pragma once

#include "tools/cdc-check/expression/code.hpp"
#include "tools/cdc-check/values/moment.hpp"
#include "tools/cdc-check/values/small_range.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::cdc_check {

class Evaluator {
 public:
  explicit Evaluator(const ExpressionCode& code);
  // What a number in the column counts when it is a time.
  void set_unit(std::size_t column, Unit unit) { units_[column] = unit; }
  // `values`: raw JSON by number of the column; empty: the column is not there.
  std::optional<bool> run(std::span<const std::string_view> values);

 private:
  struct Operand {
    enum class Type : std::uint8_t { null, boolean, number, text, other };
    Type type = Type::null;
    bool boolean = false;
    Unit unit = Unit::guess;
    Decimal number;
    std::string_view text;
  };

  void column(std::size_t step, std::string_view token);
  // A column beside a literal, as most conditions are. False: neither is decided yet.
  bool compare_shortly(std::size_t step, std::string_view token);
  void push(bool value) noexcept;
  Operand column_value(std::string_view token, std::string& scratch) const;
  static Operand literal_value(const Literal& literal);
  static std::optional<int> order(const Operand& left, const Operand& right);
  static std::optional<int> beside_text(const Operand& left, std::string_view text);
  static std::optional<bool> equality(const Operand& left, const Operand& right);
  static std::optional<bool> comparison(Step step, const Operand& left, const Operand& right);
  static Operand arithmetic(Step step, const Operand& left, const Operand& right);
  void invert();
  void logic(Step step);
  static Operand function(Step step, const Operand& operand, std::string& scratch);
  void two(Step step);
  void in_list(std::size_t count);
  Operand& top() { return stack_[depth_ - 1]; }

  const ExpressionCode& code_;
  std::vector<Operand> stack_;
  std::vector<std::string> scratch_;  // one for each instruction
  // For the column of an instruction, when the two behind it compare it with a short number.
  std::vector<SmallRange> beside_;
  std::vector<Unit> units_;  // of each column
  std::size_t depth_ = 0;
};

}  // namespace cdckit::cdc_check
