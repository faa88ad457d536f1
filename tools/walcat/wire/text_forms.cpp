#include "tools/walcat/wire/text_forms.hpp"

#include "common/base/error.hpp"

namespace cdckit::walcat {
namespace {

[[noreturn]] void refuse(std::string_view what) {
  throw base::Error(base::ErrorKind::protocol,
                    "could not read the text of a value: not a valid " + std::string(what));
}

// `at` stands behind the opening quote, afterwards behind the closing one. A backslash escapes one
// letter everywhere; a doubled quote is one only in composites.
std::string_view take_quoted(std::string_view text, std::size_t& at, std::string& scratch) {
  const auto stop = text.find_first_of("\"\\", at);
  if (stop == std::string_view::npos) refuse("quoted element");
  const bool doubled = text.substr(stop, 2) == "\"\"";
  if (text[stop] == '"' && !doubled) {
    const auto out = text.substr(at, stop - at);
    at = stop + 1;
    return out;
  }
  scratch.clear();
  for (; at < text.size(); ++at) {
    if (text[at] == '"') {
      if (text.substr(at, 2) != "\"\"") break;
      ++at;
    } else if (text[at] == '\\') {
      ++at;
    }
    if (at < text.size()) scratch += text[at];
  }
  if (at >= text.size()) refuse("quoted element");
  ++at;
  return scratch;
}

}  // namespace

ArrayTextCursor::ArrayTextCursor(std::string_view text, char delimiter)
    : text_(text), delimiter_(delimiter) {
  if (text_.starts_with('[')) {
    const auto equals = text_.find('=');
    if (equals == std::string_view::npos) refuse("array");
    at_ = equals + 1;
  }
}

ElementKind ArrayTextCursor::next(std::string_view& element) {
  if (at_ >= text_.size()) {
    if (depth_ != 0) refuse("array");
    return ElementKind::end;
  }
  if (text_[at_] == '{') {
    ++at_;
    ++depth_;
    return ElementKind::open;
  }
  if (depth_ == 0) refuse("array");
  if (text_[at_] == '}') {
    ++at_;
    --depth_;
    if (at_ < text_.size() && text_[at_] == delimiter_) ++at_;
    return ElementKind::close;
  }
  return take_element(element);
}

ElementKind ArrayTextCursor::take_element(std::string_view& element) {
  const bool quoted = text_[at_] == '"';
  if (quoted) {
    ++at_;
    element = take_quoted(text_, at_, scratch_);
  } else {
    const auto begin = at_;
    while (at_ < text_.size() && text_[at_] != delimiter_ && text_[at_] != '}') ++at_;
    element = text_.substr(begin, at_ - begin);
  }
  if (at_ < text_.size() && text_[at_] == delimiter_) ++at_;
  return !quoted && element == "NULL" ? ElementKind::null : ElementKind::value;
}

CompositeTextCursor::CompositeTextCursor(std::string_view text) : text_(text) {
  if (text_.size() < 2 || text_.front() != '(' || text_.back() != ')') refuse("composite");
  done_ = text_.size() == 2;
}

// A type with one field prints `()` for NULL: the caller counts fields, an early end is NULL.
ElementKind CompositeTextCursor::next(std::string_view& element) {
  if (done_) return ElementKind::end;
  const bool quoted = text_[at_] == '"';
  if (quoted) {
    ++at_;
    element = take_quoted(text_, at_, scratch_);
  } else {
    const auto begin = at_;
    while (at_ + 1 < text_.size() && text_[at_] != ',') ++at_;
    element = text_.substr(begin, at_ - begin);
  }
  done_ = at_ + 1 >= text_.size();
  if (!done_ && text_[at_++] != ',') refuse("composite");
  return !quoted && element.empty() ? ElementKind::null : ElementKind::value;
}

ElementKind HstoreTextCursor::next(std::string_view& element) {
  while (at_ < text_.size() &&
         std::string_view(" ,=>").find(text_[at_]) != std::string_view::npos) {
    ++at_;
  }
  if (at_ >= text_.size()) return ElementKind::end;
  if (text_[at_] == '"') {
    ++at_;
    element = take_quoted(text_, at_, scratch_);
    return ElementKind::value;
  }
  if (text_.substr(at_, 4) != "NULL") refuse("hstore");
  at_ += 4;
  return ElementKind::null;
}

}  // namespace cdckit::walcat
