#include "tools/snow-ddl/scripts/render.hpp"

#include "tools/snow-ddl/scripts/jinja.hpp"

#include <algorithm>

namespace cdckit::snow_ddl {
namespace {

// Walks a text that is not rendered yet: only what hides $$ from being $$ counts.
class DollarRenderer {
 public:
  DollarRenderer(std::string_view text, const Variables& variables, const std::string& source)
      : text_(text), variables_(variables), source_(source) {}

  std::string render() {
    while (at_ < text_.size()) step();
    return std::move(out_);
  }

 private:
  void step() {
    const std::string_view rest = text_.substr(at_);
    if (quote_ == 0 && rest.starts_with("$$")) {
      body_ = !body_;
      copy(2);
    } else if (rest.starts_with("\\${") && (!body_ || is_given(name_at(at_ + 1)))) {
      out_ += "${";
      at_ += 3;
    } else if (rest.starts_with("${")) {
      put_value();
    } else if (!body_ && quote_ == 0 && rest.starts_with("/*")) {
      copy_comment(std::min(rest.find("*/", 2), rest.size() - 2) + 2);
    } else if (!body_ && quote_ == 0 && (rest.starts_with("--") || rest.starts_with("//"))) {
      copy_comment(std::min(rest.find('\n'), rest.size()));
    } else {
      follow_quotes(rest.front());
      copy(quote_ == '\'' && rest.starts_with('\\') && !rest.substr(1).starts_with("${") ? 2 : 1);
    }
  }

  void follow_quotes(char c) {
    if (body_) return;
    if (quote_ != 0) {
      if (c == quote_) quote_ = 0;
    } else if (c == '\'' || c == '"') {
      quote_ = c;
    }
  }

  void copy(std::size_t size) {
    out_ += text_.substr(at_, size);
    at_ = std::min(at_ + size, text_.size());
  }

  // $$ in a comment begins nothing, but names are replaced there, too.
  void copy_comment(std::size_t size) {
    const std::size_t end = at_ + size;
    while (at_ < end) {
      if (text_.substr(at_).starts_with("${")) {
        put_value();
      } else {
        copy(1);
      }
    }
  }

  // The name behind `${` at this place; empty: there is none.
  [[nodiscard]] std::string_view name_at(std::size_t at) const {
    const std::size_t end = text_.find('}', at);
    if (end == std::string_view::npos) return {};
    const std::string_view name = text_.substr(at + 2, end - at - 2);
    return is_variable_name(name) ? name : std::string_view{};
  }
  [[nodiscard]] bool is_given(std::string_view name) const {
    return variables_.contains(std::string(name));
  }

  void put_value() {
    const std::string_view name = name_at(at_);
    const auto found = variables_.find(std::string(name));
    if (name.empty() || (body_ && found == variables_.end())) return copy(2);
    if (found == variables_.end()) refuse_missing(text_, at_, source_, name);
    out_ += found->second.value;
    at_ += name.size() + 3;
  }

  std::string_view text_;
  const Variables& variables_;
  const std::string& source_;
  std::string out_;
  std::size_t at_ = 0;
  char quote_ = 0;
  bool body_ = false;  // inside of a $$ text
};

}  // namespace

std::string render(std::string_view text,
                   const Variables& variables,
                   Template with,
                   const std::string& source,
                   std::vector<std::string>* secrets) {
  if (with == Template::none) return std::string(text);
  if (with == Template::jinja) return render_jinja(text, variables, source, secrets);
  return DollarRenderer(text, variables, source).render();
}

}  // namespace cdckit::snow_ddl
