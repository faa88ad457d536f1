#include "common/base/base64.hpp"
#include "tools/walcat/debezium/json_text.hpp"
#include "tools/walcat/debezium/mapping.hpp"
#include "tools/walcat/debezium/unavailable.hpp"
#include "tools/walcat/encode/type_oids.hpp"

namespace cdckit::walcat {
namespace {

// `\x00ff10`
std::string_view hex_of(std::string_view text) noexcept {
  return text.substr(text.size() < 2 ? text.size() : 2);
}

template <base::Base64 Alphabet>
void append_bytes(std::string& out, std::string_view text, const Codec& /*codec*/) {
  out += '"';
  base::append_base64_of_hex(out, hex_of(text), Alphabet);
  out += '"';
}

void append_hex(std::string& out, std::string_view text, const Codec& /*codec*/) {
  out += '"';
  out += hex_of(text);
  out += '"';
}

// The last letter is the lowest bit, the lowest byte comes first, empty ones at the end are
// dropped.
void append_bits(std::string& out, std::string_view text, const Codec& /*codec*/) {
  static thread_local std::string bytes;
  bytes.assign((text.size() + 7) / 8, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto place = text.size() - 1 - i;
    if (text[i] == '1')
      bytes[place / 8] =
          static_cast<char>(static_cast<unsigned char>(bytes[place / 8]) | (1U << (place % 8)));
  }
  while (!bytes.empty() && bytes.back() == '\0') bytes.pop_back();
  out += '"';
  base::append_base64(out, bytes);
  out += '"';
}

void append_one_bit(std::string& out, std::string_view text, const Codec& /*codec*/) {
  out += text.find('1') != std::string_view::npos ? "true" : "false";
}

Mapping map_bytea(const DebeziumSettings& settings) {
  const std::string placeholder = unavailable_bytes(settings);
  Mapping mapping;
  mapping.codec.append = &append_bytes<base::Base64::standard>;
  mapping.schema = simple_schema(settings.binary_handling == "bytes" ? "bytes" : "string");
  mapping.filler = "\"\"";
  mapping.unavailable = base64_string(placeholder);
  if (settings.binary_handling == "hex") {
    mapping.codec.append = &append_hex;
    mapping.unavailable = java_string(placeholder);  // as it is given, not in hex
  } else if (settings.binary_handling == "base64-url-safe") {
    mapping.codec.append = &append_bytes<base::Base64::url_safe>;
    mapping.unavailable = "\"";
    base::append_base64(mapping.unavailable, placeholder, base::Base64::url_safe);
    mapping.unavailable += '"';
  }
  return mapping;
}

Mapping map_bits(const MappedType& type, const DebeziumSettings& settings) {
  constexpr std::int32_t kUnlimited = 2'147'483'647;
  Mapping mapping;
  if (type.modifier == 1) {
    mapping.codec.append = &append_one_bit;
    mapping.schema = simple_schema("boolean");
    mapping.filler = "false";
    return mapping;
  }
  mapping.codec.append = &append_bits;
  mapping.schema = simple_schema("bytes", "io.debezium.data.Bits");
  mapping.schema.parameters =
      R"({"length":")" + std::to_string(type.modifier < 0 ? kUnlimited : type.modifier) + "\"}";
  mapping.filler = "\"\"";
  mapping.unavailable = base64_string(unavailable_bytes(settings));
  return mapping;
}

}  // namespace

MaybeMapping map_binary(const MappedType& type, const DebeziumSettings& settings) {
  if (type.type.oid == oid::kBytea) return map_bytea(settings);
  if (type.type.oid == oid::kBit || type.type.oid == oid::kVarbit) return map_bits(type, settings);
  return std::nullopt;
}

}  // namespace cdckit::walcat
