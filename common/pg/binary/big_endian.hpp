// Integers in network order, as every binary PostgreSQL format has them.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace cdckit::pg {

template <class Integer>
void store_big_endian(char* into, Integer value) {
  using Unsigned = std::make_unsigned_t<Integer>;
  auto bits = static_cast<Unsigned>(value);
  if constexpr (std::endian::native == std::endian::little) {
    if constexpr (sizeof bits == 2) bits = __builtin_bswap16(bits);
    if constexpr (sizeof bits == 4) bits = __builtin_bswap32(bits);
    if constexpr (sizeof bits == 8) bits = __builtin_bswap64(bits);
  }
  std::memcpy(into, &bits, sizeof bits);
}

// `bytes`: as many as it has.
template <class Integer>
Integer load_big_endian(const char* bytes) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(Integer); ++i)
    value = (value << 8U) | static_cast<unsigned char>(bytes[i]);
  return static_cast<Integer>(value);
}

template <class Integer>
void append_big_endian(std::string& out, Integer value) {
  char bytes[sizeof(Integer)];
  store_big_endian(bytes, value);
  out.append(bytes, sizeof bytes);
}

// A field of fixed size: its length, then the value.
template <class Integer>
void append_integer_field(std::string& out, Integer value) {
  char bytes[4 + sizeof(Integer)];
  store_big_endian(bytes, static_cast<std::int32_t>(sizeof(Integer)));
  store_big_endian(bytes + 4, value);
  out.append(bytes, sizeof bytes);
}

inline void append_bytes_field(std::string& out, std::string_view bytes) {
  append_big_endian(out, static_cast<std::int32_t>(bytes.size()));
  out.append(bytes);
}

inline std::int32_t read_int32(std::string_view bytes) {
  return load_big_endian<std::int32_t>(bytes.data());
}

}  // namespace cdckit::pg
