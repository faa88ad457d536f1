// Avro's binary form: numbers of variable length, little-endian floats, and a reader that never
// leaves its bytes. Inline, no allocation.
#pragma once

#include "common/avro/buffer.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace cdckit::avro {

// Zigzag, seven bits a byte, the lowest first. An int is written as the same long.
inline constexpr std::size_t kMostLong = 10;  // bytes of one
inline char* write_long(char* at, std::int64_t value) noexcept {
  auto rest = (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63U);
  while (rest >= 0x80) {
    *at++ = static_cast<char>(rest | 0x80U);
    rest >>= 7U;
  }
  *at++ = static_cast<char>(rest);
  return at;
}

inline void append_long(Buffer& out, std::int64_t value) {
  out.wrote(write_long(out.room(kMostLong), value));
}

inline void append_bytes(Buffer& out, std::string_view bytes) {
  char* at =
      write_long(out.room(kMostLong + bytes.size()), static_cast<std::int64_t>(bytes.size()));
  if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
  out.wrote(at + bytes.size());
}

// float or double
template <class Float>
void append_float(Buffer& out, Float value) {
  static_assert(std::endian::native == std::endian::little);
  char* at = out.room(sizeof value);
  std::memcpy(at, &value, sizeof value);
  out.wrote(at + sizeof value);
}

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) noexcept
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  // Each false: the bytes end before, or no such value. Branches, lengths and flags are one byte.
  bool take_long(std::int64_t& value) noexcept {
    if (at_ == end_ || static_cast<unsigned char>(*at_) >= 0x80) return take_longer(value);
    const auto raw = static_cast<unsigned char>(*at_++);
    value = (raw >> 1U) ^ -(raw & 1);
    return true;
  }
  // Of any number of bytes.
  bool take_longer(std::int64_t& value) noexcept {
    std::uint64_t raw = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ == end_) return false;
      const auto byte = static_cast<unsigned char>(*at_++);
      if (shift == 63 && byte > 1) return false;
      raw |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if (byte < 0x80) {
        value = static_cast<std::int64_t>(raw >> 1U) ^ -static_cast<std::int64_t>(raw & 1U);
        return true;
      }
    }
    return false;
  }

  bool take_int(std::int32_t& value) noexcept {
    std::int64_t wide = 0;
    if (!take_long(wide) || wide != static_cast<std::int32_t>(wide)) return false;
    value = static_cast<std::int32_t>(wide);
    return true;
  }

  bool take(std::size_t size, std::string_view& bytes) noexcept {
    if (size > rest()) return false;
    bytes = {at_, size};
    at_ += size;
    return true;
  }

  // A length, then so many bytes.
  bool take_bytes(std::string_view& bytes) noexcept {
    std::int64_t size = 0;
    return take_long(size) && size >= 0 && take(static_cast<std::size_t>(size), bytes);
  }

  template <class Float>
  bool take_float(Float& value) noexcept {
    std::string_view bytes;
    if (!take(sizeof value, bytes)) return false;
    std::memcpy(&value, bytes.data(), sizeof value);
    return true;
  }

  [[nodiscard]] std::size_t rest() const noexcept { return static_cast<std::size_t>(end_ - at_); }

 private:
  const char* at_;
  const char* end_;
};

}  // namespace cdckit::avro
