// Whether a text is one JSON value in valid UTF-8, the thorough way: simdjson's parser, and beside
// it the grammar alone for what that refuses without need (numbers of any size, lone surrogates).
// Reuses its memory. The reference for Walker and Validator, and where they send what they doubt.
#pragma once

#include <memory>
#include <string_view>

namespace cdckit::ndjson {

class Verdict {
 public:
  Verdict();
  ~Verdict();
  Verdict(const Verdict&) = delete;
  Verdict& operator=(const Verdict&) = delete;

  // Null and `is_object` set when the text is fine, else why not (static text). `padded`: kPadding
  // bytes behind the text may be read.
  const char* check(std::string_view text, bool padded, bool& is_object);
  // The same where only an object will do.
  const char* check_object(std::string_view text, bool padded);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace cdckit::ndjson
