// Walks the texts that PostgreSQL prints for arrays, composites and hstore (array_out, record_out,
// hstore_out). Each cursor gives one element after the other; quoted ones are unescaped into a
// scratch string only when they hold an escape. Text that the server would not print throws
// protocol.
#pragma once

#include <string>
#include <string_view>

namespace cdckit::walcat {

enum class ElementKind { value, null, open, close, end };

// {1,NULL,"a \"b\"",{2}} with an optional [1:2]= before it; open and close are nested levels, the
// outermost one included.
class ArrayTextCursor {
 public:
  ArrayTextCursor(std::string_view text, char delimiter);
  ElementKind next(std::string_view& element);

 private:
  ElementKind take_element(std::string_view& element);
  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  char delimiter_;
  std::string scratch_;
};

// (1,,"a ""b""")
class CompositeTextCursor {
 public:
  explicit CompositeTextCursor(std::string_view text);
  ElementKind next(std::string_view& element);
  // The last element was given.
  [[nodiscard]] bool done() const noexcept { return done_; }

 private:
  std::string_view text_;
  std::size_t at_ = 1;
  bool done_ = false;
  std::string scratch_;
};

// "a"=>"1", "b"=>NULL; keys and values by turns.
class HstoreTextCursor {
 public:
  explicit HstoreTextCursor(std::string_view text) : text_(text) {}
  ElementKind next(std::string_view& element);

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::string scratch_;
};

}  // namespace cdckit::walcat
