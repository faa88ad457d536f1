// Says whether one line is a valid JSON object in valid UTF-8 (simdjson, whole grammar, nesting up
// to about 1024). Numbers of any size and lone surrogate escapes are fine: nothing is converted.
// Reuses its memory: no allocation per line. One per thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace cdckit::ndjson {

class Validator {
 public:
  Validator();
  ~Validator();
  Validator(const Validator&) = delete;
  Validator& operator=(const Validator&) = delete;

  // Null when the line is fine, else why not (static text). `padded`: kPadding bytes behind the
  // text may be read, true for lines of a Reader.
  const char* check_object(std::string_view line, bool padded);
  // The same for any JSON value.
  const char* check_value(std::string_view text, bool padded);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace cdckit::ndjson
