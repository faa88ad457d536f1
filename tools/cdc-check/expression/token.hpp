// An expression's text to tokens. Slices of the text.
#pragma once

#include "tools/cdc-check/rules/node.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cdckit::cdc_check {

struct Token {
  enum class Type { name, quoted_name, number, text, symbol, end };
  Type type = Type::end;
  std::string text;    // a name's or text's own, unquoted; a symbol's characters
  std::size_t at = 0;  // offset in the expression

  // A symbol, or a word of the language in any case.
  [[nodiscard]] bool is(std::string_view wanted) const;
};

// Throws config: what stands at which character.
std::vector<Token> tokens_of(std::string_view expression, const Place& place);
// could not use rules "..": in its expression at character 7: why
[[noreturn]] void refuse_at(const Place& place,
                            std::size_t at,
                            const std::string& why,
                            const std::string& hint = "");

}  // namespace cdckit::cdc_check
