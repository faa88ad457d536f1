#include "tools/snow-ddl/scripts/jinja.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

std::string place(std::string_view text, std::size_t at, const std::string& source) {
  const auto lines = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  return fmt::format("{}:{}: could not render script: ", source, lines + 1);
}

// What stands between {{ and }}: a name or env_var(..), and perhaps a default.
class Expression {
 public:
  explicit Expression(std::string_view text) : rest_(base::trim(text)) {}

  std::string_view name() {
    std::size_t size = 0;
    while (size < rest_.size() && is_name(rest_[size])) ++size;
    return take(size);
  }
  bool symbol(char wanted) {
    if (!rest_.starts_with(wanted)) return false;
    take(1);
    return true;
  }
  std::optional<std::string> string() {
    if (!rest_.starts_with('\'') && !rest_.starts_with('"')) return std::nullopt;
    const std::size_t end = rest_.find(rest_.front(), 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view token = take(end + 1);
    return std::string(token.substr(1, token.size() - 2));
  }
  // A string or a number, as it is shown.
  std::optional<std::string> constant() {
    if (auto text = string()) return text;
    const std::string_view digits = rest_.substr(rest_.starts_with('-') ? 1 : 0);
    if (digits.empty() || std::isdigit(static_cast<unsigned char>(digits.front())) == 0) return {};
    std::string number(name());
    if (number.find_first_not_of("0123456789.-") != std::string::npos) return {};
    return number;
  }
  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  static bool is_name(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
  }
  std::string_view take(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_ = base::trim(rest_.substr(size));
    return taken;
  }
  std::string_view rest_;
};

class Renderer {
 public:
  Renderer(std::string_view text,
           const Variables& variables,
           const std::string& source,
           std::vector<std::string>* secrets)
      : text_(text), variables_(variables), source_(source), secrets_(secrets) {}

  std::string render() {
    std::string out;
    for (;;) {
      const std::size_t brace = std::min(text_.find('{', at_), text_.size());
      out += text_.substr(at_, brace - at_);
      at_ = brace;
      if (brace == text_.size()) break;
      const std::string_view two = text_.substr(brace, 2);
      if (two == "{%")
        refuse("of Jinja only {{ name }}, default(), env_var() and include are known");
      if (two == "{{") {
        out += value();
      } else if (two == "{#") {
        at_ = end_of("#}", "{# without #}") + 2;
      } else {
        out += '{';
        ++at_;
      }
    }
    if (out.ends_with('\n')) out.pop_back();  // as Jinja does
    return out;
  }

 private:
  std::size_t end_of(const char* mark, const char* missing) const {
    const std::size_t end = text_.find(mark, at_);
    if (end == std::string_view::npos) refuse(missing);
    return end;
  }

  std::string value() {
    const std::size_t end = end_of("}}", "{{ without }}");
    const std::string_view inside = text_.substr(at_ + 2, end - at_ - 2);
    std::string out = evaluate(inside);
    at_ = end + 2;
    return out;
  }

  // From the environment of the process; nothing: it is not there.
  std::optional<std::string> from_environment(const std::string& name) const {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    if (secrets_ != nullptr && is_secret_name(name)) secrets_->emplace_back(value);
    return value;
  }

  std::string evaluate(std::string_view inside) const {
    const auto refuse_it = [&] { refuse(fmt::format("{{{{{}}}}} is not understood", inside)); };
    Expression expression(inside);
    const std::string_view name = expression.name();
    if (name.empty()) refuse_it();
    std::optional<std::string> found;
    std::optional<std::string> otherwise;
    std::string wanted(name);
    if (expression.symbol('(')) {
      const auto argument = name == "env_var" ? expression.string() : std::nullopt;
      if (!argument) refuse_it();
      if (expression.symbol(',')) {
        otherwise = expression.constant();
        if (!otherwise) refuse_it();
      }
      if (!expression.symbol(')')) refuse_it();
      wanted = *argument;
      found = from_environment(wanted);
    } else if (const auto known = variables_.find(wanted); known != variables_.end()) {
      found = known->second.value;
    }
    if (expression.symbol('|')) {
      const std::string_view filter = expression.name();
      if ((filter != "default" && filter != "d") || !expression.symbol('(')) refuse_it();
      otherwise = expression.constant();
      if (!otherwise || !expression.symbol(')')) refuse_it();
    }
    if (!expression.done()) refuse_it();
    if (!found) found = otherwise;
    if (!found) refuse_missing(text_, at_, source_, wanted);
    return *found;
  }

  [[noreturn]] void refuse(const std::string& why) const {
    refuse_template(text_, at_, source_, why);
  }

  std::string_view text_;
  const Variables& variables_;
  const std::string& source_;
  std::vector<std::string>* secrets_;
  std::size_t at_ = 0;
};

}  // namespace

std::string render_jinja(std::string_view text,
                         const Variables& variables,
                         const std::string& source,
                         std::vector<std::string>* secrets) {
  return Renderer(text, variables, source, secrets).render();
}

void refuse_template(std::string_view text,
                     std::size_t at,
                     const std::string& source,
                     const std::string& why) {
  throw base::Error(base::ErrorKind::data, place(text, at, source) + why);
}

void refuse_missing(std::string_view text,
                    std::size_t at,
                    const std::string& source,
                    std::string_view name) {
  throw base::Error(base::ErrorKind::config,
                    place(text, at, source) + fmt::format("there is no variable \"{}\"", name),
                    fmt::format("Give it with --var {}=VALUE.", name));
}

}  // namespace cdckit::snow_ddl
