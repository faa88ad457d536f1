// Rules and lines for the tests of this tool.
#pragma once

#include "common/base/error.hpp"
#include "common/event/event.hpp"
#include "common/ndjson/reader.hpp"
#include "tools/cdc-check/program/code.hpp"
#include "tools/cdc-check/program/program.hpp"
#include "tools/cdc-check/rules/rule_file.hpp"

#include <string>
#include <vector>

namespace cdckit::cdc_check::tests {

// `body`: the keys of one rule, as in `kind: type, column: a, type: integer`.
inline std::string one_rule(const std::string& body, const std::string& name = "r") {
  return "version: 1\nrules:\n  - {name: " + name + ", " + body + "}\n";
}

inline std::vector<Code> codes_of(const std::string& yaml) {
  return compile(parse_rules(yaml, "rules.yaml"), "rules.yaml");
}

// What a file is refused with, and its hint; empty when it is not.
inline std::string refusal(const std::string& yaml) {
  try {
    codes_of(yaml);
  } catch (const base::Error& error) {
    return error.kind() == base::ErrorKind::config
               ? error.what() + (error.hint().empty() ? "" : " | " + std::string(error.hint()))
               : "not a config error";
  }
  return "";
}

// A line as the reader of lines has it: readable beyond its end.
class Row {
 public:
  explicit Row(const std::string& text) : text_(text + std::string(ndjson::kPadding, ' ')) {
    event::LineKind kind{};
    failure_ = decoder_.decode(std::string_view(text_).substr(0, text.size()), true, kind, event_);
  }
  [[nodiscard]] const event::Event& event() const { return event_; }
  [[nodiscard]] ndjson::Object object() const { return {event_.line, event_.row_members}; }
  [[nodiscard]] const char* failure() const { return failure_; }

 private:
  std::string text_;
  event::Decoder decoder_;
  event::Event event_;
  const char* failure_ = nullptr;
};

}  // namespace cdckit::cdc_check::tests
