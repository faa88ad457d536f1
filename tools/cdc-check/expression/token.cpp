#include "tools/cdc-check/expression/token.hpp"

#include "common/base/text.hpp"

namespace cdckit::cdc_check {
namespace {

bool is_digit(char c) noexcept {
  return static_cast<unsigned char>(c - '0') < 10;
}

bool begins_name(char c) noexcept {
  const auto letter = static_cast<unsigned char>((static_cast<unsigned char>(c) | 0x20U) - 'a');
  return letter < 26 || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

class Tokenizer {
 public:
  Tokenizer(std::string_view text, const Place& place) : text_(text), place_(place) {}

  Token next() {
    while (at_ < text_.size() &&
           std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
    Token token;
    token.at = at_;
    if (at_ == text_.size()) return token;
    const char c = text_[at_];
    if (begins_name(c)) {
      token.type = Token::Type::name;
      take_name(token.text);
    } else if (c == '"') {
      token.type = Token::Type::quoted_name;
      take_name(token.text);
    } else if (is_digit(c) || (c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) {
      token.type = Token::Type::number;
      take_number(token.text);
    } else if (c == '\'') {
      token.type = Token::Type::text;
      token.text = take_quoted('\'');
    } else {
      token.type = Token::Type::symbol;
      take_symbol(token.text);
    }
    return token;
  }

 private:
  // a.b."c d": parts are written as in a rule's `column`
  void take_name(std::string& out) {
    for (;;) {
      if (at_ < text_.size() && text_[at_] == '"') {
        append_part(out, take_quoted('"'));
      } else {
        const std::size_t begin = at_;
        while (at_ < text_.size() &&
               (begins_name(text_[at_]) || is_digit(text_[at_]) || text_[at_] == '$'))
          ++at_;
        if (begin == at_) refuse_at(place_, at_, "a part of a name is missing");
        out += text_.substr(begin, at_ - begin);
      }
      if (at_ >= text_.size() || text_[at_] != '.') return;
      ++at_;
      out += '.';
    }
  }

  static void append_part(std::string& out, const std::string& part) {
    for (const char c : part) {
      if (c == '.' || c == '\\') out += '\\';
      out += c;
    }
  }

  // A doubled quote is one.
  std::string take_quoted(char quote) {
    const std::size_t begin = at_++;
    std::string out;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == quote) {
        if (at_ + 1 >= text_.size() || text_[at_ + 1] != quote) {
          ++at_;
          return out;
        }
        ++at_;
      }
      out += text_[at_];
    }
    refuse_at(place_, begin, "a quote is not closed");
  }

  void take_number(std::string& out) {
    const std::size_t begin = at_;
    const auto digits = [&] {
      while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    };
    digits();
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      digits();
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      digits();
    }
    out = text_.substr(begin, at_ - begin);
  }

  void take_symbol(std::string& out) {
    const std::string_view two = text_.substr(at_, 2);
    if (two == "==") refuse_at(place_, at_, "there is no \"==\"", "= compares.");
    if (two == "&&" || two == "||")
      refuse_at(place_, at_, "there is no \"" + std::string(two) + "\"", "Write and, or.");
    for (const std::string_view symbol : {"<>", "!=", "<=", ">="}) {
      if (two == symbol) {
        out = symbol == "!=" ? "<>" : symbol;
        at_ += 2;
        return;
      }
    }
    if (std::string_view("+-*/()=<>,").find(text_[at_]) == std::string_view::npos)
      refuse_at(place_, at_, "\"" + std::string(1, text_[at_]) + "\" means nothing here");
    out = text_[at_++];
  }

  std::string_view text_;
  const Place& place_;
  std::size_t at_ = 0;
};

}  // namespace

bool Token::is(std::string_view wanted) const {
  if (type == Type::symbol) return text == wanted;
  return type == Type::name && base::to_lower(text) == wanted;
}

void refuse_at(const Place& place,
               std::size_t at,
               const std::string& why,
               const std::string& hint) {
  refuse(place, "its expression, at character " + std::to_string(at + 1) + ": " + why, hint);
}

std::vector<Token> tokens_of(std::string_view expression, const Place& place) {
  Tokenizer tokenizer(expression, place);
  std::vector<Token> tokens;
  do tokens.push_back(tokenizer.next());
  while (tokens.back().type != Token::Type::end);
  return tokens;
}

}  // namespace cdckit::cdc_check
