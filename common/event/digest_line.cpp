#include "common/event/digest_line.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"

namespace cdckit::event {
namespace {

constexpr std::size_t kHashDigits = 32;

bool read_text(std::string_view token, std::string& out) {
  out.clear();
  return token.size() > 2 && token.front() == '"' && ndjson::append_unescaped(out, token);
}

bool read_number(std::string_view token, std::uint64_t& out) {
  const auto number = base::parse_unsigned(token);
  out = number.value_or(0);
  return number.has_value();
}

bool read_hash(std::string_view token, std::string& out) {
  return read_text(token, out) && out.size() == kHashDigits;
}

}  // namespace

const char* read_digest_line(std::string_view object, DigestLine& line) {
  if (!read_text(ndjson::find_member(object, "table"), line.table) ||
      line.table.find('.') == std::string::npos)
    return "no digest line: it has no \"table\"";
  if (!read_text(ndjson::find_member(object, "pos"), line.pos))
    return "no digest line: it has no \"pos\"";
  if (!read_number(ndjson::find_member(object, "bucket"), line.bucket))
    return "no digest line: it has no \"bucket\"";
  if (!read_hash(ndjson::find_member(object, "digest"), line.digest))
    return "no digest line: it has no \"digest\" of 32 digits";
  line.portable = ndjson::find_member(object, "portable") == "true";
  line.key_hash.clear();
  line.raw_key = ndjson::find_member(object, "key");
  const std::string_view hash = ndjson::find_member(object, "key_hash");
  if (hash.empty()) {
    return read_number(ndjson::find_member(object, "rows"), line.rows)
               ? nullptr
               : "no digest line: it has neither \"rows\" nor \"key_hash\"";
  }
  return read_hash(hash, line.key_hash) ? nullptr : "no digest line: \"key_hash\" is no hash";
}

}  // namespace cdckit::event
