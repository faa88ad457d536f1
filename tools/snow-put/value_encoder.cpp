#include "tools/snow-put/value_encoder.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"

#include <cctype>

namespace cdckit::snow_put {
namespace {

using snow::TypeFamily;

constexpr std::size_t kExactDigits = 15;
constexpr std::string_view kHexPrefix = R"("\\x)";

bool is_number(std::string_view token) noexcept {
  return token.front() == '-' || std::isdigit(static_cast<unsigned char>(token.front())) != 0;
}

void append_quoted(std::string& out, std::string_view token) {
  out += '"';
  out += token;
  out += '"';
}

void append_number(std::string& out, std::string_view token) {
  const bool exact = token.size() <= kExactDigits && token.find_first_of(".eE") == token.npos;
  if (exact || !is_number(token)) {
    out += token;
  } else {
    append_quoted(out, token);
  }
}

void append_text(std::string& out, std::string_view token) {
  if (token.front() == '"' || token == "null") {
    out += token;
  } else {
    ndjson::append_string(out, token);
  }
}

void append_real(std::string& out, std::string_view token) {
  if (token == R"("Infinity")") {
    out += R"("inf")";
  } else if (token == R"("-Infinity")") {
    out += R"("-inf")";
  } else {
    out += token;
  }
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// "\\x6162" as row_to_json prints a bytea; other text is base64 already.
void append_binary(std::string& out, std::string_view token) {
  if (!token.starts_with(kHexPrefix)) {
    out += token;
    return;
  }
  const std::string_view digits =
      token.substr(kHexPrefix.size(), token.size() - kHexPrefix.size() - 1);
  std::string bytes;
  bytes.reserve(digits.size() / 2);
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    const int high = hex_digit(digits[i]);
    const int low = hex_digit(digits[i + 1]);
    if (high < 0 || low < 0) {
      out += token;  // the server will say what it thinks of it
      return;
    }
    bytes += static_cast<char>(high * 16 + low);
  }
  append_quoted(out, base::to_base64(bytes));
}

}  // namespace

void append_value(std::string& out, const snow::ColumnType& type, std::string_view token) {
  switch (type.family) {
    case TypeFamily::number:
      append_number(out, token);
      break;
    case TypeFamily::text:
      append_text(out, token);
      break;
    case TypeFamily::real:
      append_real(out, token);
      break;
    case TypeFamily::binary:
      append_binary(out, token);
      break;
    default:
      out += token;
      break;
  }
}

}  // namespace cdckit::snow_put
