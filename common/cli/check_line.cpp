#include "common/cli/check_line.hpp"

#include "common/cli/text_table.hpp"
#include "common/ndjson/text.hpp"
#include "common/ndjson/writer.hpp"

#include <string>
#include <unistd.h>

namespace cdckit::cli {

namespace {

std::string& wish() {
  static std::string format;
  return format;
}

std::string json_line(std::string_view check,
                      bool ok,
                      std::string_view detail,
                      std::string_view hint) {
  std::string line = "{";
  std::string text;
  ndjson::append_string(text, check);
  ndjson::append_member(line, "check", text);
  ndjson::append_member(line, "ok", std::string_view(ok ? "true" : "false"));
  text.clear();
  ndjson::append_string(text, detail);
  ndjson::append_member(line, "detail", text);
  text.clear();
  if (hint.empty()) {
    text = "null";
  } else {
    ndjson::append_string(text, hint);
  }
  ndjson::append_member(line, "hint", text);
  line.back() = '}';
  return line;
}

// Lines come one by one, so that the columns have fixed places.
std::string columns(std::string_view check,
                    bool ok,
                    std::string_view detail,
                    std::string_view hint) {
  constexpr std::size_t kName = 24;
  std::string line = ok ? "ok      " : "FAILED  ";
  line += printable(check);
  const std::size_t place = 8 + kName;
  line.resize(std::max(line.size() + 1, place), ' ');
  line += printable(detail);
  if (!hint.empty()) line += "\n        " + std::string(ok ? "note: " : "hint: ") + printable(hint);
  return line;
}

}  // namespace

void choose_check_format(std::string_view format) {
  wish() = format;
}

void print_check(std::string_view check, bool ok, std::string_view detail, std::string_view hint) {
  const std::string line =
      wants_table(wish()) ? columns(check, ok, detail, hint) : json_line(check, ok, detail, hint);
  ndjson::Writer(STDOUT_FILENO, ndjson::Writer::Flush::every_line).write(line);
}

}  // namespace cdckit::cli
