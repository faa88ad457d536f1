// Checksums as Snowflake's tools write them down.
#pragma once

#include <string>
#include <string_view>

namespace cdckit::snow {

// SHA-224 in 56 lower-case hex digits: the checksum of a migration script in its history table.
std::string sha224_hex(std::string_view bytes);
// SHA-256 in 64 of them.
std::string sha256_hex(std::string_view bytes);

}  // namespace cdckit::snow
