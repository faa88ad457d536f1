#include "tools/snow-ddl/scripts/checksum.hpp"

#include "common/base/text.hpp"
#include "common/snow/digest.hpp"

#include <array>

namespace cdckit::snow_ddl {
namespace {

constexpr std::size_t kSha224Digits = 56;
constexpr std::string_view kNoOperation =
    "\nSELECT 1; -- schemachange: no-op statement to prevent empty SQL after comment stripping";

bool ends_with_comment(std::string_view text) {
  const std::size_t line = text.rfind('\n');
  const std::string_view last =
      base::trim(line == std::string_view::npos ? text : text.substr(line + 1));
  return last.starts_with("--") || (last.starts_with("/*") && last.ends_with("*/"));
}

// Trimmed at its end only.
std::string_view without_end(std::string_view text) {
  while (!text.empty() && base::trim(text.substr(text.size() - 1)).empty()) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string checksum_of(std::string_view raw) {
  return "sha256:" + snow::sha256_hex(raw);
}

std::string schemachange_text(std::string_view rendered, bool semicolon, bool comment) {
  std::string_view text = base::trim(rendered);
  if (semicolon && text.ends_with(';')) text.remove_suffix(1);
  if (!comment || !ends_with_comment(without_end(text))) return std::string(text);
  return std::string(without_end(text)) + std::string(kNoOperation);
}

bool fits_checksum(const std::string& known, std::string_view raw, std::string_view rendered) {
  if (known.size() != kSha224Digits) return known == checksum_of(raw);
  struct Rule {
    bool semicolon;
    bool comment;
  };
  // 4.0.1 and before as 4.4.0, then 4.2.0, then 4.3.1
  constexpr std::array<Rule, 4> kRules{
      Rule{true, false}, Rule{true, true}, Rule{false, false}, Rule{false, true}};
  for (const Rule rule : kRules) {
    for (const std::string_view text : {rendered, raw}) {
      if (snow::sha224_hex(schemachange_text(text, rule.semicolon, rule.comment)) == known)
        return true;
    }
  }
  return false;
}

}  // namespace cdckit::snow_ddl
