#include "tools/pg-load/value/hstore_text.hpp"

#include "common/ndjson/text.hpp"

namespace cdckit::pg_load {
namespace {

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

}  // namespace

void append_hstore(std::string& out, std::string_view object) {
  ndjson::ObjectCursor cursor(object);
  ndjson::Member member;
  std::string scratch;
  for (bool first = true; cursor.next(member); first = false) {
    if (!first) out += ',';
    const std::string_view name(member.name.data() - 1, member.name.size() + 2);
    append_quoted(out, ndjson::unescape(name, scratch));
    out += "=>";
    if (ndjson::is_null(member.value)) {
      out += "NULL";
    } else if (member.value.front() == '"') {
      append_quoted(out, ndjson::unescape(member.value, scratch));
    } else {
      append_quoted(out, member.value);
    }
  }
}

void append_hstore_elements(std::string& out, std::string_view array) {
  if (!array.starts_with('[')) {
    out += array;
    return;
  }
  out += '[';
  ndjson::ArrayCursor cursor(array);
  std::string_view element;
  for (bool first = true; cursor.next(element); first = false) {
    if (!first) out += ',';
    if (element.starts_with('{')) {
      std::string text;
      append_hstore(text, element);
      ndjson::append_string(out, text);
    } else if (element.starts_with('[')) {
      append_hstore_elements(out, element);
    } else {
      out += element;
    }
  }
  out += ']';
}

}  // namespace cdckit::pg_load
