// MD5 (RFC 1321) of bytes, where a name or a digest of rows is defined by it: never for secrets.
// Pure; throws nothing but what memory does.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace cdckit::base {

using Md5 = std::array<char, 16>;

Md5 md5(std::string_view bytes);
// 8 of its bytes as a number, the first one highest: `half` 0 or 1.
std::uint64_t md5_half(const Md5& digest, std::size_t half) noexcept;

}  // namespace cdckit::base
