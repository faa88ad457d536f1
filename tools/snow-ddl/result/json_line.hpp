// One output line: a JSON object that begins with the tool's name.
#pragma once

#include "common/ndjson/text.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace cdckit::snow_ddl {

class JsonLine {
 public:
  explicit JsonLine(bool with_tool = true) {
    if (with_tool) text("tool", "snow-ddl");
  }
  void text(std::string_view name, std::string_view value) {
    std::string quoted;
    ndjson::append_string(quoted, value);
    raw(name, quoted);
  }
  void text_or_null(std::string_view name, std::string_view value) {
    if (value.empty()) {
      raw(name, "null");
    } else {
      text(name, value);
    }
  }
  void number(std::string_view name, std::uint64_t value) {
    ndjson::append_member(line_, name, value);
  }
  void boolean(std::string_view name, bool value) { raw(name, value ? "true" : "false"); }
  // A JSON value.
  void raw(std::string_view name, std::string_view value) {
    ndjson::append_member(line_, name, value);
  }
  std::string finish() {
    line_.back() = '}';
    return std::move(line_);
  }

 private:
  std::string line_ = "{";
};

}  // namespace cdckit::snow_ddl
