// Integers in network order, as every binary PostgreSQL format has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace cdckit::pg_load {

template <class Integer>
void append_big_endian(std::string& out, Integer value) {
  using Unsigned = std::make_unsigned_t<Integer>;
  char bytes[sizeof(Integer)];
  auto rest = static_cast<std::uint64_t>(static_cast<Unsigned>(value));
  for (std::size_t i = sizeof(Integer); i-- > 0; rest >>= 8U)
    bytes[i] = static_cast<char>(rest & 0xFFU);
  out.append(bytes, sizeof(Integer));
}

// A field of fixed size: its length, then the value.
template <class Integer>
void append_integer_field(std::string& out, Integer value) {
  append_big_endian(out, static_cast<std::int32_t>(sizeof(Integer)));
  append_big_endian(out, value);
}

inline void append_bytes_field(std::string& out, std::string_view bytes) {
  append_big_endian(out, static_cast<std::int32_t>(bytes.size()));
  out.append(bytes);
}

inline std::int32_t read_int32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = (value << 8U) | static_cast<unsigned char>(bytes[i]);
  return static_cast<std::int32_t>(value);
}

}  // namespace cdckit::pg_load
