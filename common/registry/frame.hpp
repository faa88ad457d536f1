// Which schema a record's key or value was written with: the prefix of its bytes, or the header
// that newer writers use instead. Pure, no allocation but for GUIDs; bytes come from anyone.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cdckit::registry {

// The headers; the last one of a name counts.
inline constexpr std::string_view kKeyHeader = "__key_schema_id";
inline constexpr std::string_view kValueHeader = "__value_schema_id";

using Guid = std::array<unsigned char, 16>;
// 8-4-4-4-12 hex digits.
std::string to_text(const Guid& guid);

struct Frame {
  std::optional<std::int32_t> id;
  std::optional<Guid> guid;  // when there is no id
  std::string_view payload;  // Avro's bytes, a slice
};

// Magic byte 0 and the id, before a value that follows.
void append_prefix(std::string& out, std::int32_t id);
// `header` is the record's header of the names above, if it has one; then the bytes have no
// prefix. Null when fine, else why not (static text).
const char* read_frame(std::string_view bytes,
                       std::optional<std::string_view> header,
                       Frame& frame) noexcept;
// Whether bytes begin as framed Avro does, for formats that are told apart by looking.
bool looks_framed(std::string_view bytes) noexcept;

}  // namespace cdckit::registry
